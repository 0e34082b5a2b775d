using Holdfast.Catalog.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Catalog.Endpoints;

/// <summary><c>GET /products/{id}</c>, cached: what is available may be some hundred milliseconds old, the rest is not.</summary>
internal sealed class GetProduct(Db db, Products products, Documents documents)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        if (request.Id() is not { } id)
        {
            return Errors.NotFound;
        }

        var found = await documents.FindAsync(CatalogNames.Product(id), (this, id), static (s, ct) => s.Item1.LoadAsync(s.id, ct),
            ct: request.Aborted);
        return found.Document.IsNone ? Errors.NotFound : Reply.Cached(found);
    }

    private async Task<Document> LoadAsync(Guid id, CancellationToken ct) =>
        await db.ReadAsync(s => products.FindAsync(s, id), ct) is { } product
        ? Document.Hashed(product, product.Version) : Document.None;
}
