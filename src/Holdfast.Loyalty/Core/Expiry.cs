namespace Holdfast.Loyalty.Core;

/// <summary>
/// When points lapse. There are no lots: whatever is spent uses up those first that lapse first. So by a time, what lapses is the sum of
/// the points that expire until then, less all debits ever, lapsed points included. What an order has earned is taken back from its own
/// points, as if it had earned less.
/// </summary>
public static class Expiry
{
    /// <summary>
    /// The points of one account that have lapsed by now and are not booked as such, and the next time at which any may lapse.
    /// </summary>
    public static (long Lapsed, DateTime? Next) Settle(IEnumerable<ExpiringPoints> ledger, DateTime now)
    {
        var (due, debits, next) = (0L, 0L, (DateTime?)null);
        foreach (var row in ledger)
        {
            debits += row.Debits;
            if (row.ExpiresAt <= now)
            {
                due += row.Points;
            }
            else if (row.ExpiresAt < (next ?? DateTime.MaxValue))
            {
                next = row.ExpiresAt;
            }
        }

        return (Math.Max(0, due - debits), next);
    }

    /// <summary>The first points of one account that lapse after now; null when none will.</summary>
    public static UpcomingExpiry? Upcoming(IReadOnlyCollection<ExpiringPoints> ledger, DateTime now)
    {
        // What has lapsed by now is a debit, booked or not.
        var debits = ledger.Sum(r => r.Debits) + Settle(ledger, now).Lapsed;
        var due = 0L;
        foreach (var row in ledger.Where(r => r.ExpiresAt is not null).OrderBy(r => r.ExpiresAt))
        {
            due += row.Points;
            if (row.ExpiresAt > now && due > debits)
            {
                return new UpcomingExpiry(row.ExpiresAt.Value, due - debits);
            }
        }

        return null;
    }
}
