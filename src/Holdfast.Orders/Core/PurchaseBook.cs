namespace Holdfast.Orders.Core;

/// <summary>How many pieces of a limited variant each buyer, by key, holds or has bought; read under lock.</summary>
public sealed class PurchaseBook
{
    private readonly Dictionary<(Guid VariantId, string Buyer), long> _quantities;
    private readonly List<(Guid VariantId, string Buyer, long Delta)> _changes = [];

    public PurchaseBook(IEnumerable<(Guid VariantId, string Buyer, long Quantity)> rows) =>
        _quantities = rows.ToDictionary(r => (r.VariantId, r.Buyer), r => r.Quantity);

    /// <summary>What changed, by row, with the new value.</summary>
    public IEnumerable<(Guid VariantId, string Buyer, long Quantity)> Changed =>
        _changes.Select(c => (c.VariantId, c.Buyer)).Distinct().Select(k => (k.VariantId, k.Buyer, _quantities[k]));

    public bool IsChanged => _changes.Count > 0;

    public long Quantity(Guid variantId, string buyer) => _quantities.GetValueOrDefault((variantId, buyer));

    /// <summary>The largest quantity that one of the keys holds or has bought.</summary>
    public long Quantity(Guid variantId, IEnumerable<string> buyers) => buyers.Max(buyer => Quantity(variantId, buyer));

    public int Savepoint() => _changes.Count;

    /// <summary>Undoes what was done since the savepoint.</summary>
    public void Undo(int savepoint)
    {
        for (var i = _changes.Count - 1; i >= savepoint; i--)
        {
            var (variantId, buyer, delta) = _changes[i];
            _quantities[(variantId, buyer)] -= delta;
        }

        _changes.RemoveRange(savepoint, _changes.Count - savepoint);
    }

    /// <summary>Counts the limited lines of an accepted order, as far as they are live, for each of its buyer's keys.</summary>
    public void Take(IReadOnlyList<OrderLine> lines, params IReadOnlyList<string> buyers) => Add(lines, buyers, 1);

    /// <summary>Gives the limited lines of a cancelled or expired order back.</summary>
    public void GiveBack(IReadOnlyList<OrderLine> lines, params IReadOnlyList<string> buyers) => Add(lines, buyers, -1);

    /// <summary>Gives back the pieces by which the lines have become fewer.</summary>
    public void GiveBack(IReadOnlyList<OrderLine> before, IReadOnlyList<OrderLine> after, IReadOnlyList<string> buyers)
    {
        for (var i = 0; i < before.Count; i++)
        {
            if (before[i].Limited && before[i].Live != after[i].Live)
            {
                Add(before[i].VariantId, buyers, after[i].Live - before[i].Live);
            }
        }
    }

    private void Add(IReadOnlyList<OrderLine> lines, IReadOnlyList<string> buyers, long sign)
    {
        foreach (var line in lines.Where(l => l.Limited))
        {
            Add(line.VariantId, buyers, sign * line.Live);
        }
    }

    private void Add(Guid variantId, IReadOnlyList<string> buyers, long delta)
    {
        foreach (var buyer in buyers)
        {
            _quantities[(variantId, buyer)] = Quantity(variantId, buyer) + delta;
            _changes.Add((variantId, buyer, delta));
        }
    }
}
