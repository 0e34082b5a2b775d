using Holdfast.Catalog.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;

namespace Holdfast.Catalog;

/// <summary><c>POST /products</c>.</summary>
internal sealed class CreateProduct(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var body = await request.FieldsAsync(Request.MaxBodyBytes).ConfigureAwait(false);
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var (product, _) = ProductBody.Read(body.Value, Guid.CreateVersion7(), body.Value.Uuid("storeId"), variantIds: false);
        return body.Value.Done() is { } error ? error
            : !request.Caller.Manages(product.StoreId) ? Errors.NotFound
            : await Idempotency.RunAsync(db, request, required: false, tx => CreateAsync(tx, product)).ConfigureAwait(false);
    }

    private static async Task<Result<Reply>> CreateAsync(Tx tx, Product product)
    {
        if (await Stores.LockAsync(tx, product.StoreId).ConfigureAwait(false) is not { } store)
        {
            return Errors.NotFound;
        }

        if (await ProductBody.TakenAsync(tx, product).ConfigureAwait(false) is { } taken)
        {
            return taken;
        }

        var now = await tx.NowAsync().ConfigureAwait(false);
        var writer = new CatalogWriter(now);
        writer.Add(product);
        var batch = tx.Batch();
        writer.Ink(batch);
        await batch.RunAsync().ConfigureAwait(false);
        var made = product
            with
        { CreatedAt = now, UpdatedAt = now, Variants = [.. product.Variants.Select(v => v with { Currency = store.Currency })] };
        return Reply.Created(made, $"{Routes.Base}/products/{made.Id}", made.Version);
    }
}

/// <summary>
/// <c>PUT /products/{id}</c>: replaces every field and the variants (<see cref="Variants.Replace"/>), of the version in <c>If-Match</c>.
/// </summary>
internal sealed class UpdateProduct(Db db, Products products)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var opened = await ProductChange.OpenAsync(db, request).ConfigureAwait(false);
        var body = await request.FieldsAsync(Request.MaxBodyBytes).ConfigureAwait(false);
        if ((opened.Error ?? body.Error) is { } early)
        {
            return early;
        }

        var (id, storeId, version) = opened.Value;
        var (wanted, variants) = ProductBody.Read(body.Value, id, storeId, variantIds: true);
        return body.Value.Done() is { } error ? error
            : await ProductChange.RunAsync(db, opened.Value, request, (tx, present) => ReplaceAsync(tx, present, wanted, variants))
            .ConfigureAwait(false);
    }

    private async Task<Result<Reply>> ReplaceAsync(Tx tx, Product present, Product wanted, List<WantedVariant> variants)
    {
        var replaced = Variants.Replace(present.Variants, variants);
        if (!replaced.IsOk)
        {
            return replaced.Error!;
        }

        var product = wanted with { Variants = replaced.Value };
        if (await ProductBody.TakenAsync(tx, product).ConfigureAwait(false) is { } taken)
        {
            return taken;
        }

        var writer = new CatalogWriter(await tx.NowAsync().ConfigureAwait(false));
        writer.Change(present, product);
        var batch = tx.Batch();
        writer.Ink(batch);
        await batch.RunAsync().ConfigureAwait(false);
        var made = await products.FindAsync(tx, product.Id).ConfigureAwait(false);
        return Reply.Ok(made!, made!.Version);
    }
}

/// <summary><c>DELETE /products/{id}</c>: the product is no longer found nor sold; its orders and its stock's ledger stay.</summary>
internal sealed class DeleteProduct(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var opened = await ProductChange.OpenAsync(db, request).ConfigureAwait(false);
        return !opened.IsOk ? opened.Error! : await ProductChange.RunAsync(db, opened.Value, request, async (tx, present) =>
        {
            var now = await tx.NowAsync().ConfigureAwait(false);
            await tx.ExecuteAsync("UPDATE variants SET active = $2, deleted_at = $3 WHERE product_id = $1", present.Id, false, now)
                .ConfigureAwait(false);
            await tx.ExecuteAsync("UPDATE products SET deleted_at = $2, updated_at = $2, version = version + 1 WHERE id = $1", present.Id,
                now).ConfigureAwait(false);
            tx.Stale(CatalogNames.Product(present.Id));
            tx.Stale(CatalogNames.Store(present.StoreId));
            return Reply.NoContent(present.StoreId);
        }).ConfigureAwait(false);
    }
}

/// <summary>What changes of a product have in common: whose it is, and which version was meant.</summary>
internal static class ProductChange
{
    public sealed record Opened(Guid Id, Guid StoreId, VersionCondition Version);

    /// <summary>404 for a product that is not there or another's, 428 without a version.</summary>
    public static async Task<Result<Opened>> OpenAsync(Db db, Request request)
    {
        if (request.Id() is not { } id)
        {
            return Errors.NotFound;
        }

        var store = await db.ReadAsync(s =>
            s.FirstAsync("SELECT store_id FROM products WHERE id = $1 AND deleted_at IS NULL", r => (Guid?)r.Uuid(0), id), request.Aborted)
            .ConfigureAwait(false);
        return store is not { } storeId || !request.Caller.Manages(storeId) ? Errors.NotFound
            : request.IfMatch is { } version ? new Opened(id, storeId, version)
            : Errors.PreconditionRequired;
    }

    /// <summary>Runs the change with the product held, if it still is the version that was meant; 412 otherwise.</summary>
    public static async Task<Reply> RunAsync(Db db, Opened opened, Request request, Func<Tx, Product, Task<Result<Reply>>> change)
    {
        var result = await db.WriteAsync(async tx =>
        {
            await Stores.LockAsync(tx, opened.StoreId).ConfigureAwait(false);
            var present = await ProductTable.Table.QueryAsync(tx, "WHERE p.id = $1 AND p.deleted_at IS NULL {lock}", opened.Id)
                .ConfigureAwait(false);
            var outcome = present.Count == 0 ? Errors.NotFound
                : !opened.Version.Holds(present[0].Version) ? Errors.PreconditionFailed
                : await change(tx, (await Products.WithVariantsAsync(tx, present).ConfigureAwait(false))[0]).ConfigureAwait(false);
            if (!outcome.IsOk)
            {
                await tx.RollbackAsync().ConfigureAwait(false);
            }

            return outcome;
        }, request.Aborted).ConfigureAwait(false);
        return result.IsOk ? result.Value : result.Error!;
    }
}
