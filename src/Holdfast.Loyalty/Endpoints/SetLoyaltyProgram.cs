using Holdfast.Loyalty.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Loyalty.Endpoints;

/// <summary>
/// <c>PUT /stores/{id}/loyalty-program</c>: sets all of it; with <c>If-Match</c>, only over the version that was read (0: none was set).
/// Points that were earned keep the time at which they lapse.
/// </summary>
internal sealed class SetLoyaltyProgram(Db db)
{
    private const long MaxAmount = 1_000_000_000_000_000;
    private const int MaxDays = 36_500;

    public async Task<Reply> HandleAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var fields = body.Value;
        var storeId = request.Id();
        var program = new LoyaltyProgram(storeId ?? Guid.Empty, fields.Long("amountPerPoint", 0, MaxAmount),
            fields.Long("pointValue", 0, MaxAmount),
            fields.IntOrNull("expiresAfterDays", 1, MaxDays));
        if (program.AmountPerPoint > 0 && program.PointValue > program.AmountPerPoint)
        {
            fields.Reject("pointValue", "must be at most amountPerPoint: goods would earn more than they cost");
        }

        if (fields.Done() is { } error)
        {
            return error;
        }

        if (storeId is not { } id || !request.Caller.Manages(id))
        {
            return Errors.NotFound;
        }

        return await db.WriteAsync(tx => SetAsync(tx, program, request.IfMatch), request.Aborted);
    }

    private static async Task<Reply> SetAsync(Tx tx, LoyaltyProgram program, VersionCondition? ifMatch)
    {
        // The store's row is held, so that of two who set the first program one waits.
        var batch = tx.Batch();
        var stores = batch.Query("SELECT 1 FROM stores WHERE id = $1 {lock}", r => r.Int(0), program.StoreId);
        var versions = batch.Query("SELECT version FROM loyalty_programs WHERE store_id = $1", r => r.Long(0), program.StoreId);
        var now = batch.Now();
        await batch.RunAsync();
        if (stores.Rows.Count == 0)
        {
            return Errors.NotFound;
        }

        if (ifMatch?.Holds(versions.First) == false)
        {
            return Errors.PreconditionFailed;
        }

        await tx.ExecuteAsync(
            "INSERT INTO loyalty_programs (store_id, amount_per_point, point_value, expires_after_days, version, updated_at) "
            + "VALUES ($1, $2, $3, $4{as int}, $5, $6) ON CONFLICT (store_id) DO UPDATE "
            + "SET amount_per_point = excluded.amount_per_point, point_value = excluded.point_value, expires_after_days = "
            + "excluded.expires_after_days, version = excluded.version, updated_at = excluded.updated_at",
            program.StoreId, program.AmountPerPoint, program.PointValue, program.ExpiresAfterDays, versions.First + 1, now.Rows[0]);
        return Reply.Ok(program, versions.First + 1);
    }
}
