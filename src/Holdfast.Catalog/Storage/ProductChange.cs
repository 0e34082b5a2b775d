using Holdfast.Catalog.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Catalog.Storage;

/// <summary>What changes of a product have in common: whose it is, and which version was meant.</summary>
internal static class ProductChange
{
    public sealed record ProductWrite(Guid Id, Guid StoreId, VersionCondition Version);

    /// <summary>404 for a product that is not there or another's, 428 without a version.</summary>
    public static async Task<Result<ProductWrite>> LoadAsync(Db db, Request request)
    {
        if (request.Id() is not { } id)
        {
            return Errors.NotFound;
        }

        var store = await db.ReadAsync(s =>
            s.FirstAsync("SELECT store_id FROM products WHERE id = $1 AND deleted_at IS NULL", r => (Guid?)r.Uuid(0), id), request.Aborted);
        return store is not { } storeId || !request.Caller.Manages(storeId) ? Errors.NotFound
            : request.IfMatch is { } version ? new ProductWrite(id, storeId, version)
            : Errors.PreconditionRequired;
    }

    /// <summary>Runs the change with the product held, if it still is the version that was meant; 412 otherwise.</summary>
    public static async Task<Reply> RunAsync(Db db, ProductWrite opened, Request request, Func<Tx, Product, Task<Result<Reply>>> change)
    {
        var result = await db.WriteAsync(async tx =>
        {
            await Stores.LockAsync(tx, opened.StoreId);
            var present = await ProductTable.Table.QueryAsync(tx, "WHERE p.id = $1 AND p.deleted_at IS NULL {lock}", opened.Id);
            var outcome = present.Count == 0 ? Errors.NotFound
                : !opened.Version.Holds(present[0].Version) ? Errors.PreconditionFailed
                : await change(tx, (await Products.WithVariantsAsync(tx, present))[0]);
            if (!outcome.IsOk)
            {
                await tx.RollbackAsync();
            }

            return outcome;
        }, request.Aborted);
        return result.IsOk ? result.Value : result.Error!;
    }
}
