namespace Holdfast.Orders.Core;

/// <summary>How many pieces of a limited variant each buyer holds or has bought; read under lock.</summary>
public sealed class PurchaseBook
{
    private readonly Dictionary<(Guid VariantId, string Buyer), long> _held;
    private readonly List<(Guid VariantId, string Buyer, long Delta)> _changes = [];

    public PurchaseBook(IEnumerable<(Guid VariantId, string Buyer, long Quantity)> rows) => _held = rows.ToDictionary(r => (r.VariantId, r.Buyer), r => r.Quantity);

    /// <summary>What changed, by row, with the new value.</summary>
    public IEnumerable<(Guid VariantId, string Buyer, long Quantity)> Changed => _changes.Select(c => (c.VariantId, c.Buyer)).Distinct().Select(k => (k.VariantId, k.Buyer, _held[k]));

    public bool IsChanged => _changes.Count > 0;

    public long Held(Guid variantId, string buyer) => _held.GetValueOrDefault((variantId, buyer));

    public int Mark() => _changes.Count;

    /// <summary>Forgets what was done since the mark.</summary>
    public void Undo(int mark)
    {
        for (var i = _changes.Count - 1; i >= mark; i--)
        {
            var (variantId, buyer, delta) = _changes[i];
            _held[(variantId, buyer)] -= delta;
        }

        _changes.RemoveRange(mark, _changes.Count - mark);
    }

    /// <summary>Counts the limited lines of an accepted order.</summary>
    public void Take(IReadOnlyList<OrderLine> lines, string buyer) => Add(lines, buyer, 1);

    /// <summary>Gives the limited lines of a cancelled or expired order back.</summary>
    public void GiveBack(IReadOnlyList<OrderLine> lines, string buyer) => Add(lines, buyer, -1);

    private void Add(IReadOnlyList<OrderLine> lines, string buyer, long sign)
    {
        foreach (var line in lines)
        {
            if (line.Limited)
            {
                var delta = sign * line.Quantity;
                _held[(line.VariantId, buyer)] = Held(line.VariantId, buyer) + delta;
                _changes.Add((line.VariantId, buyer, delta));
            }
        }
    }
}
