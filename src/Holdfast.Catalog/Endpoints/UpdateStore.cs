using Holdfast.Catalog.Core;
using Holdfast.Catalog.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Catalog.Endpoints;

/// <summary><c>PUT /stores/{id}</c>: replaces every field. With <c>If-Match</c>, only the version that was read.</summary>
internal sealed class UpdateStore(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        if (request.Id() is not { } id)
        {
            return Errors.NotFound;
        }

        var read = StoreBody.Read(await request.FieldsAsync(), id);
        return !read.IsOk ? read.Error!
            : await StoreBody.TakenAsync(db, () => db.WriteAsync(tx => ReplaceAsync(tx, read.Value, request.IfMatch), request.Aborted));
    }

    private static async Task<Reply> ReplaceAsync(Tx tx, Store wanted, VersionCondition? ifMatch)
    {
        if (await Stores.LockAsync(tx, wanted.Id) is not { } store)
        {
            return Errors.NotFound;
        }

        if (ifMatch?.Holds(store.Version) == false)
        {
            return Errors.PreconditionFailed;
        }

        if (wanted.Currency != store.Currency
            && await tx.FirstAsync("SELECT 1 FROM products WHERE store_id = $1 LIMIT 1", r => r.Int(0), store.Id) == 1)
        {
            return CatalogErrors.CurrencyFixed;
        }

        var now = await tx.NowAsync();
        var changed = wanted with { Version = store.Version + 1, CreatedAt = store.CreatedAt, UpdatedAt = now };
        var batch = tx.Batch();
        StoreTable.Change.Save(batch, (store, changed));
        await batch.RunAsync();
        tx.Invalidate(CatalogNames.Store(changed.Id));
        return Reply.Ok(changed, changed.Version);
    }
}
