using Holdfast.Carts.Core;
using Holdfast.Carts.Storage;
using Holdfast.Orders.Core;
using Holdfast.Orders.Placement;
using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Carts;

/// <summary>Empties an owner's cart in the commit of the order that was made of it, if it still is as it was read.</summary>
internal sealed class CartCheckoutParticipant(Guid cartId, long version, string owner) : CommitParticipant
{
    private Dictionary<Guid, long> _versions = [];

    public override int Rank => LockRank.Carts;

    private Guid CartId => cartId;

    public override async Task LoadAsync(Tx tx, IReadOnlyList<CommitParticipant> all)
    {
        var participants = all.Cast<CartCheckoutParticipant>().ToList();
        var rows = await tx.QueryAsync("SELECT id, version FROM carts WHERE id {in $1} ORDER BY id {lock}",
            r => (Id: r.Uuid(0), Version: r.Long(1)),
            participants.Select(r => r.CartId).Distinct().ToArray());
        // One book for all of the batch: of two orders from the same cart the second must see that the first has emptied it.
        var versions = rows.ToDictionary(r => r.Id, r => r.Version);
        participants.ForEach(r => r._versions = versions);
    }

    public override Error? Decide(Order order, DateTime now)
    {
        if (!_versions.TryGetValue(cartId, out var present) || present != version)
        {
            return CartErrors.Changed;
        }

        _versions[cartId] = version + 1;
        return null;
    }

    public override void Undo() => _versions[cartId] = version;

    public override void Save(StatementBatch batch, Order order)
    {
        batch.Invalidate(CartNames.Cart(order.StoreId, owner));
        batch.Execute("DELETE FROM cart_lines WHERE cart_id = $1", cartId);
        batch.Execute("UPDATE carts SET version = version + 1, updated_at = $2 WHERE id = $1", cartId, order.CreatedAt);
    }
}
