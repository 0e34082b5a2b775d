using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>
/// The unpaid orders of a batch's buyers, so that nobody empties a shop without paying. Read once for a batch: several processes that place
/// for the same buyer at the same moment may each let one batch through.
/// </summary>
/// <param name="maxOrders">The most unpaid orders of one buyer in a store.</param>
/// <param name="maxQuantity">The most pieces that these hold together.</param>
public sealed class PendingBook(int maxOrders, long maxQuantity, IEnumerable<PendingOrder> read)
{
    private readonly List<PendingOrder> _orders = [.. read];
    private Dictionary<(Guid StoreId, char Kind, long Hash), List<int>>? _index;

    /// <summary>A book without limits.</summary>
    public static PendingBook None { get; } = new(int.MaxValue, long.MaxValue, []);

    public int Savepoint() => _orders.Count;

    /// <summary>Undoes what was added since the savepoint.</summary>
    public void Undo(int savepoint)
    {
        while (_orders.Count > savepoint)
        {
            foreach (var key in Keys(_orders[^1]))
            {
                _index?[key].Remove(_orders.Count - 1);
            }

            _orders.RemoveAt(_orders.Count - 1);
        }
    }

    /// <summary>Counts an order that was accepted.</summary>
    public void Add(Guid storeId, BuyerHashes buyer, long quantity)
    {
        if (ReferenceEquals(this, None))
        {
            return;
        }

        _orders.Add(new PendingOrder(storeId, buyer.Who, buyer.Phone, quantity));
        if (_index is not null)
        {
            Index(_orders.Count - 1);
        }
    }

    /// <summary>Returns why the buyer cannot have one more order; any matching key counts.</summary>
    public Error? Obstacle(Guid storeId, BuyerHashes buyer, long quantity)
    {
        if (ReferenceEquals(this, None))
        {
            return null;
        }

        if (_index is null)
        {
            _index = [];
            for (var i = 0; i < _orders.Count; i++)
            {
                Index(i);
            }
        }

        var theirs = new HashSet<int>();
        foreach (var who in buyer.Known)
        {
            theirs.UnionWith(_index.GetValueOrDefault((storeId, 'w', who)) ?? []);
        }

        if (buyer.Phone is { } phone)
        {
            theirs.UnionWith(_index.GetValueOrDefault((storeId, 'p', phone)) ?? []);
        }

        return theirs.Count >= maxOrders ? OrderErrors.TooManyPending(maxOrders)
            : theirs.Sum(i => _orders[i].Quantity) + quantity > maxQuantity ? OrderErrors.TooManyHeld(maxQuantity)
            : null;
    }

    private void Index(int at)
    {
        foreach (var key in Keys(_orders[at]))
        {
            (_index!.TryGetValue(key, out var list) ? list : _index[key] = []).Add(at);
        }
    }

    private static IEnumerable<(Guid StoreId, char Kind, long Hash)> Keys(PendingOrder order)
    {
        yield return (order.StoreId, 'w', order.Who);
        if (order.Phone is { } phone)
        {
            yield return (order.StoreId, 'p', phone);
        }
    }
}
