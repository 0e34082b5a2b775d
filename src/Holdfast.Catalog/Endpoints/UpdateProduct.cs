using Holdfast.Catalog.Core;
using Holdfast.Catalog.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Catalog.Endpoints;

/// <summary>
/// <c>PUT /products/{id}</c>: replaces every field and the variants (<see cref="Variants.Replace"/>), of the version in <c>If-Match</c>.
/// </summary>
internal sealed class UpdateProduct(Db db, Products products)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var opened = await ProductChange.LoadAsync(db, request);
        var body = await request.FieldsAsync(Request.MaxBodyBytes);
        if ((opened.Error ?? body.Error) is { } early)
        {
            return early;
        }

        var (id, storeId, version) = opened.Value;
        var (wanted, variants) = ProductBody.Read(body.Value, id, storeId, variantIds: true);
        return body.Value.Done() is { } error ? error
            : await ProductChange.RunAsync(db, opened.Value, request, (tx, present) => ReplaceAsync(tx, present, wanted, variants));
    }

    private async Task<Result<Reply>> ReplaceAsync(Tx tx, Product present, Product wanted, List<VariantInput> variants)
    {
        var replaced = Variants.Replace(present.Variants, variants);
        if (!replaced.IsOk)
        {
            return replaced.Error!;
        }

        var product = wanted with { Variants = replaced.Value };
        if (await ProductBody.TakenAsync(tx, product) is { } taken)
        {
            return taken;
        }

        var writer = new CatalogWriter(await tx.NowAsync());
        writer.Change(present, product);
        var batch = tx.Batch();
        writer.Save(batch);
        await batch.RunAsync();
        var made = await products.FindAsync(tx, product.Id);
        return Reply.Ok(made!, made!.Version);
    }
}
