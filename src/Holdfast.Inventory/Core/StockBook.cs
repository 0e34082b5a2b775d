using System.Diagnostics;

namespace Holdfast.Inventory.Core;

/// <summary>
/// The stock rows a batch needs, with the rules for changing them. Every change is a ledger row; the balances are what was read plus the
/// ledger rows since, so a command is undone by taking its rows back.
/// </summary>
public sealed class StockBook
{
    private readonly Dictionary<Guid, StockEntry> _entries;
    private readonly List<Movement> _movements = [];

    public StockBook(IReadOnlyCollection<StockRow> rows)
    {
        _entries = new Dictionary<Guid, StockEntry>(rows.Count);
        foreach (var row in rows)
        {
            _entries.Add(row.VariantId, new StockEntry(row));
        }
    }

    /// <summary>The ledger rows to be written, in order.</summary>
    public IReadOnlyList<Movement> Movements => _movements;

    public IReadOnlyCollection<StockEntry> Entries => _entries.Values;

    /// <summary>The entry of a variant; null when it has never had stock.</summary>
    public StockEntry? Find(Guid variantId) => _entries.GetValueOrDefault(variantId);

    /// <summary>Pieces that can be sold; 0 for a variant without a stock row.</summary>
    public long Available(Guid variantId) => Find(variantId)?.Available ?? 0;

    /// <summary>A point to come back to.</summary>
    public int Savepoint() => _movements.Count;

    /// <summary>Undoes everything since the savepoint.</summary>
    public void Undo(int savepoint)
    {
        for (var i = _movements.Count - 1; i >= savepoint; i--)
        {
            var movement = _movements[i];
            movement.Entry.OnHand -= movement.OnHandDelta;
            movement.Entry.Reserved -= movement.ReservedDelta;
            movement.Entry.Movements--;
        }

        _movements.RemoveRange(savepoint, _movements.Count - savepoint);
    }

    /// <summary>Reserves all lines, or none: then the shortages say why. Lines name each variant once.</summary>
    public bool TryReserve(IReadOnlyList<StockLine> lines, string reason, Guid referenceId, out List<Shortage>? shortages)
    {
        shortages = Shortages(lines);
        if (shortages is not null)
        {
            return false;
        }

        foreach (var line in lines)
        {
            Move(line.VariantId, 0, line.Quantity, reason, referenceId, null);
        }

        return true;
    }

    /// <summary>What stands in the way of reserving the lines, or null.</summary>
    public List<Shortage>? Shortages(IReadOnlyList<StockLine> lines)
    {
        List<Shortage>? shortages = null;
        foreach (var line in lines)
        {
            var available = Available(line.VariantId);
            if (available < line.Quantity)
            {
                (shortages ??= []).Add(new Shortage(line.VariantId, line.Quantity, available));
            }
        }

        return shortages;
    }

    /// <summary>Gives reserved pieces back.</summary>
    public void Release(Guid variantId, long quantity, string reason, Guid referenceId) =>
        Move(variantId, 0, -quantity, reason, referenceId, null);

    /// <summary>Reserved pieces pass from one holder to another; never refused, because nothing is taken from anybody else.</summary>
    public void Transfer(Guid variantId, long quantity, string reasonFrom, Guid from, string reasonTo, Guid to)
    {
        Move(variantId, 0, -quantity, reasonFrom, from, null);
        Move(variantId, 0, quantity, reasonTo, to, null);
    }

    /// <summary>Reserved pieces leave the house. Whether the order is short is for the caller to have checked.</summary>
    public void Ship(Guid variantId, long quantity, string reason, Guid referenceId) =>
        Move(variantId, -quantity, -quantity, reason, referenceId, null);

    /// <summary>Returned pieces come back into stock.</summary>
    public void Restock(Guid variantId, long quantity, Guid referenceId) =>
        Move(variantId, quantity, 0, StockReasons.Returned, referenceId, null);

    /// <summary>New pieces arrive.</summary>
    public void Receive(Guid variantId, long quantity, string reference) =>
        Move(variantId, quantity, 0, StockReasons.Receipt, null, reference);

    /// <summary>
    /// What was counted differs from what was known. False, and nothing changes, when less than nothing would be on hand.
    /// </summary>
    public bool TryAdjust(Guid variantId, long delta, string reason)
    {
        if (Find(variantId) is not { } entry || entry.OnHand + delta < 0)
        {
            return false;
        }

        Move(variantId, delta, 0, StockReasons.Adjustment, null, reason);
        return true;
    }

    /// <summary>What was counted is what is there; a ledger row says so where it is what was known, too.</summary>
    public void SetOnHand(Guid variantId, long counted, string reason) =>
        Move(variantId, counted - Find(variantId)!.OnHand, 0, StockReasons.Adjustment, null, reason);

    private void Move(Guid variantId, long onHandDelta, long reservedDelta, string reason, Guid? referenceId, string? reference)
    {
        var entry = Find(variantId) ?? throw new UnreachableException($"variant {variantId} is not in the book");
        var (onHand, reserved) = (checked(entry.OnHand + onHandDelta), checked(entry.Reserved + reservedDelta));
        if (onHand < 0 || reserved < 0)
        {
            throw new InvalidOperationException($"variant {variantId}: {reason} would leave {onHand} on hand and {reserved} reserved");
        }

        (entry.OnHand, entry.Reserved) = (onHand, reserved);
        entry.Movements++;
        _movements.Add(new Movement(entry, entry.Movements, onHandDelta, reservedDelta, reason, referenceId, reference));
    }
}
