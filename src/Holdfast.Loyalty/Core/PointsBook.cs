using System.Diagnostics;

namespace Holdfast.Loyalty.Core;

/// <summary>
/// The accounts that a batch needs, with the programs of their stores and the rules for changing them. Every change is a ledger row, so a
/// command is undone by taking its rows back.
/// </summary>
public sealed class PointsBook
{
    private readonly Dictionary<Guid, LoyaltyProgram> _programs;
    private readonly Dictionary<(Guid CustomerId, Guid StoreId), PointsEntry> _entries;
    private readonly List<PointsMovement> _movements = [];
    private ILookup<(Guid CustomerId, Guid StoreId), LedgerRow>? _ledgers;
    private bool _settled;

    public PointsBook(IEnumerable<LoyaltyProgram> programs, IEnumerable<PointsRow> rows)
    {
        _programs = programs.ToDictionary(p => p.StoreId);
        _entries = rows.ToDictionary(r => (r.CustomerId, r.StoreId), r => new PointsEntry(r));
    }

    /// <summary>A new book with nothing in it.</summary>
    public static PointsBook Empty => new([], []);

    /// <summary>The ledger rows to be written, in order.</summary>
    public IReadOnlyList<PointsMovement> Movements => _movements;

    public IReadOnlyCollection<PointsEntry> Entries => _entries.Values;

    public bool IsChanged => _movements.Count > 0 || _settled;

    /// <summary>The store's program; null when it has none, or the book was not opened for the store.</summary>
    public LoyaltyProgram? Program(Guid storeId) => _programs.GetValueOrDefault(storeId);

    public PointsEntry? Find(Guid customerId, Guid storeId) => _entries.GetValueOrDefault((customerId, storeId));

    /// <summary>
    /// Points of the customer in the store; below zero when points that were spent were taken back; 0 without an account.
    /// </summary>
    public long Balance(Guid customerId, Guid storeId) => Find(customerId, storeId)?.Balance ?? 0;

    /// <summary>
    /// Spends points on an order (reason: <c>redeemed</c>, <c>late_payment</c>). False, and nothing changes, when the balance does not
    /// reach.
    /// </summary>
    public bool TryRedeem(Guid customerId, Guid storeId, long points, Guid orderId, string reason)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(points);
        if (Find(customerId, storeId) is not { } entry || entry.Balance < points)
        {
            return false;
        }

        Move(entry, -points, reason, orderId);
        return true;
    }

    /// <summary>
    /// Gives back what an order had redeemed (reason: <c>cancelled</c>, <c>expired</c>). What of it should have lapsed since does so at
    /// once, by the account's ledger (<see cref="Note"/>).
    /// </summary>
    public void GiveBack(Guid customerId, Guid storeId, long points, Guid orderId, string reason, DateTime now)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(points);
        var entry = Entry(customerId, storeId);
        Move(entry, points, reason, orderId);
        if (Lots(entry) is not { } lots)
        {
            return;
        }

        var (lapsed, next) = lots.Due(now);
        if (lapsed > 0)
        {
            Move(entry, -lapsed, PointsReasons.Lapsed);
        }

        entry.NextExpiry = next;
    }

    /// <summary>Books points that an order has earned; they lapse as the store's program says. Nothing to book: nothing happens.</summary>
    public void Earn(Guid customerId, Guid storeId, long points, Guid orderId, DateTime now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(points);
        if (points > 0)
        {
            var expiresAt = Program(storeId)?.ExpiresAfterDays is { } days ? now.AddDays(days) : (DateTime?)null;
            Move(Entry(customerId, storeId), points, PointsReasons.Earned, orderId, expiresAt: expiresAt);
        }
    }

    /// <summary>
    /// Notes the ledgers, as they were read, of accounts that have or had points that can lapse, where orders give points back or take
    /// them.
    /// </summary>
    public void Note(IEnumerable<LedgerRow> ledgers) => _ledgers = ledgers.ToLookup(r => (r.CustomerId, r.StoreId));

    /// <summary>
    /// What can be taken back of the points that an order has earned: all but those that have lapsed, for they are gone already. Without a
    /// ledger (<see cref="Note"/>) none of them can.
    /// </summary>
    /// <param name="earned">What the order has earned, less what was taken back.</param>
    public long NotLapsed(Guid customerId, Guid storeId, Guid orderId, long earned) => Lots(Entry(customerId, storeId))?.Of(orderId)
        ?? earned;

    /// <summary>
    /// Takes back what an order has earned whose goods were returned, even if it was spent: the balance may fall below zero.
    /// </summary>
    public void TakeBack(Guid customerId, Guid storeId, long points, Guid orderId)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(points);
        if (points > 0)
        {
            Move(Entry(customerId, storeId), -points, PointsReasons.Returned, orderId);
        }
    }

    /// <summary>
    /// Staff give points, which never lapse, or take some. False, and nothing changes, when they would take more than there are.
    /// </summary>
    public bool TryAdjust(Guid customerId, Guid storeId, long points, string note)
    {
        var entry = Entry(customerId, storeId);
        if (points < 0 && entry.Balance + points < 0)
        {
            return false;
        }

        Move(entry, points, PointsReasons.Adjusted, note: note);
        return true;
    }

    /// <summary>Books what has lapsed by now, by the account's ledger as it was read.</summary>
    public void Settle(PointsEntry entry, IEnumerable<ExpiringPoints> ledger, DateTime now)
    {
        var (lapsed, next) = Expiry.Settle(ledger, now);
        if (lapsed > 0)
        {
            Move(entry, -lapsed, PointsReasons.Lapsed);
        }

        entry.NextExpiry = next;
        _settled = true;
    }

    /// <summary>A point to come back to.</summary>
    public int Savepoint() => _movements.Count;

    /// <summary>Undoes everything since the savepoint.</summary>
    public void Undo(int savepoint)
    {
        for (var i = _movements.Count - 1; i >= savepoint; i--)
        {
            var movement = _movements[i];
            movement.Entry.Balance -= movement.Delta;
            movement.Entry.Movements--;
            movement.Entry.NextExpiry = movement.NextExpiryBefore;
        }

        _movements.RemoveRange(savepoint, _movements.Count - savepoint);
    }

    /// <summary>The account's ledger with what this book has added; null where it was not noted.</summary>
    private PointsLots? Lots(PointsEntry entry)
    {
        var ledger = _ledgers?[(entry.Read.CustomerId, entry.Read.StoreId)].ToList() ?? [];
        if (ledger.Count == 0)
        {
            return null;
        }

        var lots = new PointsLots();
        foreach (var row in ledger)
        {
            lots.Play(row.Reason, row.Delta, row.OrderId, row.ExpiresAt);
        }

        foreach (var m in _movements.Where(m => m.Entry == entry))
        {
            lots.Play(m.Reason, m.Delta, m.OrderId, m.ExpiresAt);
        }

        return lots;
    }

    private PointsEntry Entry(Guid customerId, Guid storeId) =>
        Find(customerId, storeId)
        ?? throw new UnreachableException($"the points of customer {customerId} in store {storeId} are not in the book");

    private void Move(PointsEntry entry, long delta, string reason, Guid? orderId = null, string? note = null, DateTime? expiresAt = null)
    {
        var before = entry.NextExpiry;
        entry.Balance = checked(entry.Balance + delta);
        entry.Movements++;
        if (expiresAt is not null && (before is null || expiresAt < before))
        {
            entry.NextExpiry = expiresAt;
        }

        _movements.Add(new PointsMovement(entry, entry.Movements, delta, reason, orderId, note, expiresAt, before));
    }
}
