using Holdfast.Inventory.Core;
using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>
/// What strangers hold without money of a batch's variants: orders of guests, and of accounts that have proved no mailbox, that are paid on
/// delivery or by bank transfer. Read under the lock of the stock, so that it is exact. Who pays online holds for minutes, and is
/// counted by their address alone (<see cref="ClientHoldBook"/>).
/// </summary>
public sealed class UnpaidHoldBook(UnpaidLimits limits, IEnumerable<(Guid VariantId, long Quantity)> together,
    IEnumerable<(Guid VariantId, BuyerHashes Buyer, long Quantity)> ofBuyers)
{
    private readonly Dictionary<Guid, long> _together = together.ToDictionary(t => t.VariantId, t => t.Quantity);
    private readonly Dictionary<(Guid VariantId, char Kind, long Hash), long> _bySign = Sum(ofBuyers);
    private readonly List<UnpaidHold> _added = [];

    /// <summary>Without limits, and keeping nothing.</summary>
    public static UnpaidHoldBook None { get; } = new(default, [], []);

    /// <summary>What is to be written.</summary>
    public IReadOnlyList<UnpaidHold> Added => _added;

    public int Savepoint() => _added.Count;

    /// <summary>Forgets what was added since the mark.</summary>
    public void Undo(int mark)
    {
        foreach (var hold in _added.Skip(mark))
        {
            Count(hold, -1);
        }

        _added.RemoveRange(mark, _added.Count - mark);
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

    /// <summary>What stands in the way of holding so many pieces more.</summary>
    public Error? Obstacle(IReadOnlyList<StockLine> lines, BuyerHashes buyer, StockBook stock)
    {
        foreach (var (variantId, quantity) in lines)
        {
            if (limits.OfBuyer > 0 && HeldBy(variantId, buyer.Claimed) + quantity > limits.OfBuyer)
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

    /// <summary>The most that one sign of the buyer holds already.</summary>
    private long HeldBy(Guid variantId, BuyerHashes buyer) =>
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
