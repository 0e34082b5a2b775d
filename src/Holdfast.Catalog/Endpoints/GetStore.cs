using Holdfast.Catalog.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Catalog.Endpoints;

/// <summary><c>GET /stores/{id}</c>.</summary>
internal sealed class GetStore(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var store = request.Id() is { } id ? await db.ReadAsync(s => Stores.FindAsync(s, id), request.Aborted) : null;
        return store is null ? Errors.NotFound : Reply.Ok(store, store.Version);
    }
}
