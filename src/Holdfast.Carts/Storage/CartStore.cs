using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Carts.Storage;

/// <summary>Reads carts without a lock.</summary>
internal sealed class CartStore(Db db)
{
    public Task<bool> ExistsAsync(Guid storeId, CartOwner owner, CancellationToken ct) =>
        db.ReadAsync(s => s.FirstAsync("SELECT 1 FROM carts WHERE store_id = $1 AND owner = $2", r => r.Int(0) == 1, storeId, owner.Key),
        ct);

    /// <summary>
    /// The cart without a lock, once a visitor's cart that its customer brought along was merged into it; 404 when there is no such store,
    /// 401 when there is no account any more to merge for.
    /// </summary>
    /// <param name="isWhole">Nothing is merged, and both carts stay, where the customer's could not take all: what it could not take is
    /// still told.</param>
    public async Task<Result<LockedCart>> LoadLockedAsync(Guid storeId, CartOwner owner, CancellationToken ct, bool isWhole = false)
    {
        var (open, hasVisitors) = await db.ReadAsync(async session =>
        {
            var batch = session.Batch();
            var now = batch.Now();
            var currency = CartTable.Currency(batch, storeId);
            var cart = CartTable.Read(batch, storeId, owner.Key, owner.Buyer);
            var visitors = batch.Query("SELECT id FROM carts WHERE store_id = $1 AND owner = $2", r => r.Uuid(0), storeId, owner.Visitor
                ?? "");
            await batch.RunAsync();
            return (currency.First is { } code ? new LockedCart(CartTable.ToCart(cart), storeId, code, owner, now.Rows[0], null)
                : null, visitors.Rows.Count > 0);
        }, ct);
        if (open is null || !hasVisitors)
        {
            return open is null ? Errors.NotFound : open;
        }

        return await db.WriteAsync(async tx =>
        {
            var merged = await LockedCart.LoadAsync(tx, storeId, owner, create: true);
            if (isWhole && merged is { IsOk: true, Value.NotMerged.Count: > 0 })
            {
                await tx.RollbackAsync();
            }

            return merged;
        }, ct);
    }
}
