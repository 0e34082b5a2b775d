using Holdfast.Catalog.Storage;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Catalog.Endpoints;

/// <summary><c>DELETE /products/{id}</c>: the product is no longer found nor sold; its orders and its stock's ledger stay.</summary>
internal sealed class DeleteProduct(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var opened = await ProductChange.LoadAsync(db, request);
        return !opened.IsOk ? opened.Error! : await ProductChange.RunAsync(db, opened.Value, request, async (tx, present) =>
        {
            var now = await tx.NowAsync();
            await tx.ExecuteAsync("UPDATE variants SET active = $2, deleted_at = $3 WHERE product_id = $1", present.Id, false, now);
            await tx.ExecuteAsync("UPDATE products SET deleted_at = $2, updated_at = $2, version = version + 1 WHERE id = $1", present.Id,
                now);
            tx.Invalidate(CatalogNames.Product(present.Id));
            tx.Invalidate(CatalogNames.Store(present.StoreId));
            return Reply.NoContent(present.StoreId);
        });
    }
}
