namespace Holdfast.Inventory.Core;

/// <summary>
/// Who is short when less is on hand than is reserved: what there is goes to the oldest holds first, so the newest miss out, and what comes
/// in fills the oldest first. The open holds are those of the ledger, with what the batch's stock book has moved since.
/// </summary>
public sealed class HoldBook
{
    /// <summary>Nobody holds anything: for a batch in which no variant is short.</summary>
    public static readonly HoldBook Empty = new([]);

    private readonly ILookup<Guid, Hold> _read;

    public HoldBook(IEnumerable<Hold> read) => _read = read.ToLookup(h => h.VariantId);

    /// <summary>The short holds of a variant, the oldest first; none when nothing is short.</summary>
    public IReadOnlyList<ShortHold> Short(StockBook stock, Guid variantId)
    {
        if (stock.Find(variantId) is not { Shortfall: > 0 } entry)
        {
            return [];
        }

        var holds = _read[variantId].ToDictionary(h => h.ReferenceId, h => (h.Quantity, h.Since));
        foreach (var movement in stock.Movements)
        {
            if (movement.Entry == entry && movement.ReservedDelta != 0 && movement.ReferenceId is { } id)
            {
                holds[id] = holds.TryGetValue(id, out var hold) ? (hold.Quantity + movement.ReservedDelta, hold.Since)
                    : (movement.ReservedDelta, movement.Sequence);
            }
        }

        var left = entry.OnHand;
        var missing = new List<ShortHold>();
        foreach (var (id, (quantity, _)) in holds.Where(h => h.Value.Quantity > 0).OrderBy(h => h.Value.Since))
        {
            var there = Math.Min(left, quantity);
            left -= there;
            if (there < quantity)
            {
                missing.Add(new ShortHold(id, quantity, quantity - there));
            }
        }

        return missing;
    }

    /// <summary>
    /// Whether so many pieces of a hold are there: only those may leave the house. What the batch has shipped, given back or received since
    /// the holds were read counts, so the order of its commands matters.
    /// </summary>
    public bool Covers(StockBook stock, Guid variantId, Guid referenceId, long quantity)
    {
        foreach (var hold in Short(stock, variantId))
        {
            if (hold.ReferenceId == referenceId)
            {
                return quantity <= hold.Held - hold.Missing;
            }
        }

        return true;
    }
}
