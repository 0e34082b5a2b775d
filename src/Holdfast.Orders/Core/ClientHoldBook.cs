using Holdfast.Inventory.Core;
using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>
/// What the strangers of one network address hold of a batch's variants and have not paid, in whatever way they mean to pay. It is asked
/// of who pays online: all others are bounded together by the <see cref="UnpaidHoldBook"/>. Buyers at other addresses are never in the way.
/// </summary>
/// <param name="read">Read under the lock of the stock; an address may be there several times.</param>
public sealed class ClientHoldBook(UnpaidLimits limits, IEnumerable<(long Client, Guid VariantId, long Quantity)> read)
{
    private readonly Dictionary<(long Client, Guid VariantId), long> _held = read.GroupBy(r => (r.Client, r.VariantId))
        .ToDictionary(g => g.Key, g => g.Sum(r => r.Quantity));

    private readonly List<(long Client, Guid VariantId, long Quantity)> _added = [];

    /// <summary>Without limits, and keeping nothing.</summary>
    public static ClientHoldBook None { get; } = new(default, []);

    public int Mark() => _added.Count;

    /// <summary>Forgets what was added since the mark.</summary>
    public void Undo(int mark)
    {
        foreach (var (client, variantId, quantity) in _added.Skip(mark))
        {
            _held[(client, variantId)] -= quantity;
        }

        _added.RemoveRange(mark, _added.Count - mark);
    }

    /// <summary>Counts what an accepted order holds.</summary>
    public void Add(IReadOnlyList<OrderLine> lines, BuyerHashes buyer)
    {
        if (ReferenceEquals(this, None) || buyer.Client is not { } client)
        {
            return;
        }

        foreach (var line in lines)
        {
            _held[(client, line.VariantId)] = _held.GetValueOrDefault((client, line.VariantId)) + line.Quantity;
            _added.Add((client, line.VariantId, line.Quantity));
        }
    }

    /// <summary>What stands in the way of holding so many pieces more: <c>too_many_held</c> with the variant.</summary>
    public Error? Obstacle(IReadOnlyList<StockLine> lines, BuyerHashes buyer, StockBook stock)
    {
        if (ReferenceEquals(this, None) || buyer.Client is not { } client)
        {
            return null;
        }

        foreach (var (variantId, quantity) in lines)
        {
            var limit = limits.Together(stock.Find(variantId)?.OnHand ?? 0);
            if (_held.GetValueOrDefault((client, variantId)) + quantity > limit)
            {
                return OrderErrors.TooManyHeld(limit).With("variantId", variantId);
            }
        }

        return null;
    }
}
