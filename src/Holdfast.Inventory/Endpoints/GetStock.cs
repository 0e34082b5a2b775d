using Holdfast.Inventory.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Inventory.Endpoints;

/// <summary><c>GET /inventory/{variantId}</c>, for staff of the store.</summary>
internal sealed class GetStock(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var found = await db.ReadAsync(s => StockReader.FindAsync(s, request.Id("variantId")), request.Aborted);
        return found is not null && request.Caller.Manages(found.StoreId) ? Reply.Ok(found) : Errors.NotFound;
    }
}
