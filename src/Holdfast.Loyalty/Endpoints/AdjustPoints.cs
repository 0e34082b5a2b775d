using Holdfast.Loyalty.Core;
using Holdfast.Loyalty.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Loyalty.Endpoints;

/// <summary>
/// <c>POST /loyalty/{customerId}/adjustments</c>: staff give points, or take some; never more than there are (422
/// <c>insufficient_points</c>).
/// </summary>
internal sealed class AdjustPoints(Db db)
{
    private const long MaxPoints = 1_000_000_000_000;

    public async Task<Reply> HandleAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var fields = body.Value;
        var (storeId, points, reason) = (fields.Uuid("storeId"), fields.Long("points", -MaxPoints, MaxPoints), fields.Text("reason"));
        if (points == 0 && fields.Has("points"))
        {
            fields.Reject("points", "must be a whole number other than 0");
        }

        if (fields.Done() is { } error)
        {
            return error;
        }

        if (request.Id("customerId") is not { } customerId || !request.Caller.Manages(storeId))
        {
            return Errors.NotFound;
        }

        return await IdempotentWork.RunAsync(db, request, required: true, tx => AdjustAsync(tx, customerId, storeId, points, reason));
    }

    private static async Task<Result<Reply>> AdjustAsync(Tx tx, Guid customerId, Guid storeId, long points, string reason)
    {
        if (!await PointsReader.IsCustomerAsync(tx, customerId)
            || await tx.FirstAsync("SELECT 1 FROM stores WHERE id = $1", r => r.Int(0), storeId) != 1)
        {
            return Errors.NotFound;
        }

        var (book, now) = await PointsStore.LoadAsync(tx, [(customerId, storeId)], claim: true);
        if (!book.TryAdjust(customerId, storeId, points, reason))
        {
            return LoyaltyErrors.InsufficientPoints(Math.Max(0, book.Balance(customerId, storeId)));
        }

        var batch = tx.Batch();
        PointsStore.Save(book, batch, now);
        await batch.RunAsync();
        var m = book.Movements[^1];
        return Reply.Created(new PointsAdjusted(customerId, storeId, book.Balance(customerId, storeId),
            new PointsMovementView(storeId, m.Sequence, m.Delta, m.Reason, m.OrderId, m.Note, m.ExpiresAt, now)),
            $"{Routes.Base}/loyalty/{customerId}?storeId={storeId}");
    }
}
