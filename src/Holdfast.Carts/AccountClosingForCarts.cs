using Holdfast.Carts.Storage;
using Holdfast.Identity.Accounts;
using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Carts;

/// <summary>A closed account leaves no carts behind.</summary>
internal sealed class AccountClosingForCarts : AccountHook
{
    public override async Task<Error?> CloseAsync(Tx tx, Account account, DateTime now)
    {
        // Store by store, because that is how carts are found.
        var found = await tx.QueryAsync(
            "SELECT id, store_id FROM carts WHERE store_id IN (SELECT id FROM stores) AND owner = $1 ORDER BY id {lock}",
            r => (Id: r.Uuid(0), StoreId: r.Uuid(1)), CartOwner.KeyOf(account.Id));
        var batch = tx.Batch();
        found.ForEach(c => batch.Invalidate(CartNames.Cart(c.StoreId, CartOwner.KeyOf(account.Id))));
        CartTable.Remove(batch, [.. found.Select(c => c.Id)]);
        await batch.RunAsync();
        return null;
    }
}
