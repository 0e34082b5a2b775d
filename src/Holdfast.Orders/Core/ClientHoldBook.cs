using Holdfast.Inventory.Core;
using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>
/// What the strangers of one network address hold unpaid of a batch's variants, whatever payment method they chose. It limits only buyers
/// who pay online: the <see cref="UnpaidHoldBook"/> limits all others together. Buyers at other addresses are never affected.
/// </summary>
/// <param name="read">The rows, read under the lock of the stock; an address may occur several times.</param>
public sealed class ClientHoldBook(UnpaidLimits limits, IEnumerable<(long Client, Guid VariantId, long Quantity)> read)
{
    private readonly Dictionary<(long Client, Guid VariantId), long> _quantities = read.GroupBy(r => (r.Client, r.VariantId))
        .ToDictionary(g => g.Key, g => g.Sum(r => r.Quantity));

    private readonly List<(long Client, Guid VariantId, long Quantity)> _added = [];

    /// <summary>A book without limits, which counts nothing.</summary>
    public static ClientHoldBook None { get; } = new(default, []);

    public int Savepoint() => _added.Count;

    /// <summary>Undoes what was added since the savepoint.</summary>
    public void Undo(int savepoint)
    {
        foreach (var (client, variantId, quantity) in _added.Skip(savepoint))
        {
            _quantities[(client, variantId)] -= quantity;
        }

        _added.RemoveRange(savepoint, _added.Count - savepoint);
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
            _quantities[(client, line.VariantId)] = _quantities.GetValueOrDefault((client, line.VariantId)) + line.Quantity;
            _added.Add((client, line.VariantId, line.Quantity));
        }
    }

    /// <summary>Returns why so many more pieces cannot be held: <c>too_many_held</c> with the variant; or null.</summary>
    public Error? Obstacle(IReadOnlyList<StockLine> lines, BuyerHashes buyer, StockBook stock)
    {
        if (ReferenceEquals(this, None) || buyer.Client is not { } client)
        {
            return null;
        }

        foreach (var (variantId, quantity) in lines)
        {
            var limit = limits.Together(stock.Find(variantId)?.OnHand ?? 0);
            if (_quantities.GetValueOrDefault((client, variantId)) + quantity > limit)
            {
                return OrderErrors.TooManyHeld(limit).With("variantId", variantId);
            }
        }

        return null;
    }
}
