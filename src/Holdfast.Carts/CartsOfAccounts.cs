using Holdfast.Identity;
using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Carts;

/// <summary>A closed account leaves no carts behind.</summary>
internal sealed class CartsOfAccounts : AccountHook
{
    public override async Task<Error?> CloseAsync(Tx tx, Account account, DateTime now)
    {
        // Store by store, because that is how carts are found.
        var ids = await tx.QueryAsync("SELECT id FROM carts WHERE store_id IN (SELECT id FROM stores) AND owner = $1 ORDER BY id {lock}", r => r.Uuid(0), CartOwner.KeyOf(account.Id))
            .ConfigureAwait(false);
        var batch = tx.Batch();
        CartRows.Remove(batch, [.. ids]);
        await batch.RunAsync().ConfigureAwait(false);
        return null;
    }
}
