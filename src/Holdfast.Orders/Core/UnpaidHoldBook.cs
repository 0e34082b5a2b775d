using Holdfast.Inventory.Core;
using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>
/// What strangers hold unpaid of a batch's variants: orders of guests, and of accounts without a proved mailbox, that are paid on delivery
/// or by bank transfer. It is read under the lock of the stock, so that it is exact. Buyers who pay online hold stock for minutes, and are
/// counted by their address alone (<see cref="ClientHoldBook"/>).
/// </summary>
public sealed class UnpaidHoldBook(UnpaidLimits limits, IEnumerable<(Guid VariantId, long Quantity)> together,
    IEnumerable<(Guid VariantId, BuyerHashes Buyer, long Quantity)> ofBuyers)
{
    private readonly Dictionary<Guid, long> _together = together.ToDictionary(t => t.VariantId, t => t.Quantity);
    private readonly Dictionary<(Guid VariantId, char Kind, long Hash), long> _bySign = Sum(ofBuyers);
    private readonly List<UnpaidHold> _added = [];

    /// <summary>A book without limits, which counts nothing.</summary>
    public static UnpaidHoldBook None { get; } = new(default, [], []);

    /// <summary>The holds to save.</summary>
    public IReadOnlyList<UnpaidHold> Added => _added;

    public int Savepoint() => _added.Count;

    /// <summary>Undoes what was added since the savepoint.</summary>
    public void Undo(int savepoint)
    {
        foreach (var hold in _added.Skip(savepoint))
        {
            Count(hold, -1);
        }

        _added.RemoveRange(savepoint, _added.Count - savepoint);
    }

    /// <summary>Counts what an accepted order holds.</summary>
    public void Add(Order order, BuyerHashes buyer)
    {
        if (ReferenceEquals(this, None))
        {
            return;
        }

        foreach (var line in order.Lines)
        {
            var hold = new UnpaidHold(order.Id, line.VariantId, order.StoreId, line.Quantity, buyer.Claimed, order.ExpiresAt,
                order.CreatedAt);
            Count(hold, 1);
            _added.Add(hold);
        }
    }

    /// <summary>Returns why so many more pieces cannot be held, or null.</summary>
    public Error? Obstacle(IReadOnlyList<StockLine> lines, BuyerHashes buyer, StockBook stock)
    {
        foreach (var (variantId, quantity) in lines)
        {
            if (limits.OfBuyer > 0 && QuantityOf(variantId, buyer.Claimed) + quantity > limits.OfBuyer)
            {
                return OrderErrors.TooManyHeld(limits.OfBuyer).With("variantId", variantId);
            }

            if (_together.GetValueOrDefault(variantId) + quantity > limits.Together(stock.Find(variantId)?.OnHand ?? 0))
            {
                return OrderErrors.PrepaymentRequired(variantId);
            }
        }

        return null;
    }

    /// <summary>The largest quantity that one of the buyer's keys already holds.</summary>
    private long QuantityOf(Guid variantId, BuyerHashes buyer) =>
        Math.Max(buyer.Known.Sum(who => _bySign.GetValueOrDefault((variantId, 'w', who))),
        buyer.Phone is { } phone ? _bySign.GetValueOrDefault((variantId, 'p', phone)) : 0);

    private void Count(UnpaidHold hold, long sign)
    {
        _together[hold.VariantId] = _together.GetValueOrDefault(hold.VariantId) + (sign * hold.Quantity);
        foreach (var (kind, hash) in Signs(hold.Buyer))
        {
            var key = (hold.VariantId, kind, hash);
            _bySign[key] = _bySign.GetValueOrDefault(key) + (sign * hold.Quantity);
        }
    }

    private static Dictionary<(Guid, char, long), long> Sum(IEnumerable<(Guid VariantId, BuyerHashes Buyer, long Quantity)> rows) => rows
        .SelectMany(r => Signs(r.Buyer).Select(s => (Key: (r.VariantId, s.Kind, s.Hash), r.Quantity)))
        .GroupBy(s => s.Key).ToDictionary(g => g.Key, g => g.Sum(s => s.Quantity));

    private static IEnumerable<(char Kind, long Hash)> Signs(BuyerHashes buyer)
    {
        yield return ('w', buyer.Who);
        if (buyer.Phone is { } phone)
        {
            yield return ('p', phone);
        }
    }
}
