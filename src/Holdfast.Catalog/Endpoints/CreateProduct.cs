using Holdfast.Catalog.Core;
using Holdfast.Catalog.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Catalog.Endpoints;

/// <summary><c>POST /products</c>.</summary>
internal sealed class CreateProduct(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var body = await request.FieldsAsync(Request.MaxBodyBytes);
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var (product, _) = ProductBody.Read(body.Value, Guid.CreateVersion7(), body.Value.Uuid("storeId"), variantIds: false);
        return body.Value.Done() is { } error ? error
            : !request.Caller.Manages(product.StoreId) ? Errors.NotFound
            : await IdempotentWork.RunAsync(db, request, required: false, tx => CreateAsync(tx, product));
    }

    private static async Task<Result<Reply>> CreateAsync(Tx tx, Product product)
    {
        if (await Stores.LockAsync(tx, product.StoreId) is not { } store)
        {
            return Errors.NotFound;
        }

        if (await ProductBody.TakenAsync(tx, product) is { } taken)
        {
            return taken;
        }

        var now = await tx.NowAsync();
        var writer = new CatalogWriter(now);
        writer.Add(product);
        var batch = tx.Batch();
        writer.Save(batch);
        await batch.RunAsync();
        var made = product
            with
        { CreatedAt = now, UpdatedAt = now, Variants = [.. product.Variants.Select(v => v with { Currency = store.Currency })] };
        return Reply.Created(made, $"{Routes.Base}/products/{made.Id}", made.Version);
    }
}
