namespace Holdfast.Loyalty.Core;

/// <summary>
/// An account's ledger, played again, to know which of its points have lapsed: whatever is spent uses up those first that lapse first, and
/// what an order has earned is taken back from the order's own. The totals are those of <see cref="Expiry"/>.
/// </summary>
internal sealed class PointsLots
{
    private sealed class Lot(Guid? orderId, DateTime? expiresAt, long points)
    {
        public Guid? OrderId => orderId;

        public DateTime ExpiresAt => expiresAt ?? DateTime.MaxValue;

        /// <summary>Spent or not: all but what has lapsed or was taken back.</summary>
        public long Points { get; set; } = points;
    }

    // By their time; those of one time as they came.
    private readonly List<Lot> _lots = [];
    private long _spent;

    /// <summary>Plays the next row.</summary>
    public void Play(string reason, long delta, Guid? orderId, DateTime? expiresAt)
    {
        switch (reason)
        {
            case PointsReasons.Earned or PointsReasons.Adjusted when delta > 0:
                var behind = _lots.FindIndex(l => l.ExpiresAt > (expiresAt ?? DateTime.MaxValue));
                _lots.Insert(behind < 0 ? _lots.Count : behind, new Lot(orderId, expiresAt, delta));
                break;
            case PointsReasons.Returned when Find(orderId) is { } lot:
                lot.Points += delta;
                break;
            case PointsReasons.Lapsed:
                Lapse(-delta);
                break;
            default:
                _spent -= delta;
                break;
        }
    }

    /// <summary>
    /// The points that an order has earned, less those taken back and those that have lapsed; null when the ledger does not tell of it.
    /// </summary>
    public long? Of(Guid orderId) => Find(orderId)?.Points;

    /// <summary>The points that have lapsed by now and are not booked as such, and the next time at which any may lapse.</summary>
    public (long Lapsed, DateTime? Next) Due(DateTime now)
    {
        var (spent, lapsed) = (_spent, 0L);
        foreach (var lot in _lots.Where(l => l.ExpiresAt <= now))
        {
            var used = Math.Clamp(spent, 0, lot.Points);
            spent -= used;
            lapsed += lot.Points - used;
        }

        return (lapsed, _lots.Find(l => l.ExpiresAt > now && l.ExpiresAt < DateTime.MaxValue)?.ExpiresAt);
    }

    private Lot? Find(Guid? orderId) => orderId is null ? null : _lots.Find(l => l.OrderId == orderId);

    /// <summary>Of the points that are not spent, those lapse whose time comes first.</summary>
    private void Lapse(long points)
    {
        var spent = _spent;
        foreach (var lot in _lots)
        {
            var used = Math.Clamp(spent, 0, lot.Points);
            spent -= used;
            var lapsed = Math.Min(points, lot.Points - used);
            lot.Points -= lapsed;
            points -= lapsed;
        }
    }
}
