using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Promotions.Core;
using Holdfast.Promotions.Storage;

namespace Holdfast.Promotions.Endpoints;

/// <summary>
/// <c>DELETE /discount-codes/{code}?storeId</c>: 204 for a code that was never used: it is gone. One that was used is deactivated, because
/// orders name it: 200 with the code.
/// </summary>
internal sealed class DeleteDiscountCode(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var store = request.QueryIdOrNull("storeId");
        if (!store.IsOk)
        {
            return store.Error!;
        }

        return DiscountAddress.Refusal(request.Caller, store.Value) is { } error ? error
            : await db.WriteAsync(tx => DeleteAsync(tx, store.Value, request.RouteText("code"), request.IfMatch), request.Aborted);
    }

    private static async Task<Reply> DeleteAsync(Tx tx, Guid? storeId, string code, VersionCondition? ifMatch)
    {
        var found = await DiscountRows.LockAsync(tx, storeId, DiscountCode.KeyOf(code));
        if (found is null)
        {
            return Errors.NotFound;
        }

        if (ifMatch?.Holds(found.Version) == false)
        {
            return Errors.PreconditionFailed;
        }

        if (!await DiscountRows.WasUsedAsync(tx, found.Id))
        {
            await tx.ExecuteAsync("DELETE FROM discount_codes WHERE id = $1", found.Id);
            return Reply.NoContent();
        }

        if (found.Active)
        {
            var read = found;
            found = read with { Active = false, Version = read.Version + 1, UpdatedAt = await tx.NowAsync() };
            await DiscountRows.UpdateAsync(tx, read, found);
        }

        return Reply.Ok(found, found.Version);
    }
}
