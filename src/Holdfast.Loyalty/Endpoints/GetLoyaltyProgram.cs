using Holdfast.Loyalty.Core;
using Holdfast.Loyalty.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Loyalty.Endpoints;

/// <summary><c>GET /stores/{id}/loyalty-program</c>. A store that has set none gives and takes no points.</summary>
internal sealed class GetLoyaltyProgram(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        if (request.Id() is not { } storeId)
        {
            return Errors.NotFound;
        }

        return await db.ReadAsync<Reply>(async s =>
        {
            var batch = s.Batch();
            var stores = batch.Query("SELECT 1 FROM stores WHERE id = $1", r => r.Int(0), storeId);
            var programs = PointsStore.Programs(batch, [storeId]);
            var versions = batch.Query("SELECT version FROM loyalty_programs WHERE store_id = $1", r => r.Long(0), storeId);
            await batch.RunAsync();
            return stores.Rows.Count == 0 ? Errors.NotFound : Reply.Ok(programs.First ?? LoyaltyProgram.None(storeId), versions.First);
        }, request.Aborted);
    }
}
