using System.Text.Json;
using Holdfast.Platform.Data;

namespace Holdfast.Orders.Statistics;

/// <summary>
/// Recounts the daily statistics while orders are placed and changed: each order counts as its last event that the statistics have seen
/// says. Whoever feeds the statistics waits for it; the events that are still in the outbox move them afterwards.
/// </summary>
internal static class StatisticsRepair
{
    /// <summary>No event is on its way to the statistics but by the outbox.</summary>
    public const string NoneWaits =
        "NOT EXISTS (SELECT 1 FROM deliveries WHERE lane = 'daily-statistics') AND NOT EXISTS (SELECT 1 FROM dead_letters "
        + "WHERE lane = 'daily-statistics') AND NOT EXISTS (SELECT 1 FROM orders o JOIN lanes w ON w.name = 'daily-statistics' "
        + "AND w.transport <> 'outbox' LEFT JOIN inbox i ON i.consumer = 'daily-statistics' AND i.subject = o.id "
        + "WHERE COALESCE(i.sequence, 0) < o.event_sequence)";

    // One statement, hence one snapshot. Orders without an event in the outbox as they are; the others one by one, with what their first
    // unseen event says of the state before it, and not at all where that is their first event.
    private const string Seen =
        "SELECT o.store_id, o.local_date, o.currency, o.status, o.payment_status, COUNT(*), SUM(o.total), SUM(o.amount_paid), "
        + "SUM(o.amount_refunded), CAST(NULL AS text) FROM orders o WHERE NOT EXISTS (SELECT 1 FROM outbox x WHERE x.subject = o.id) "
        + "GROUP BY o.store_id, o.local_date, o.currency, o.status, o.payment_status UNION ALL "
        + "SELECT o.store_id, o.local_date, o.currency, o.status, o.payment_status, 1, o.total, 0, 0, e.previous FROM orders o "
        + "JOIN (SELECT subject, MIN(sequence) AS sequence FROM outbox GROUP BY subject) x ON x.subject = o.id "
        + "JOIN events e ON e.subject = x.subject AND e.sequence = x.sequence WHERE e.previous IS NOT NULL";

    private readonly record struct Key(Guid StoreId, string Day, string Currency, string Status, string PaymentStatus);

    private readonly record struct Sums(long Orders, long Total, long Captured, long Refunded);

    /// <summary>One line with how many rows were wrong; nothing where none was.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(Tx tx)
    {
        await tx.LockTableAsync("order_statistics");
        var right = new Dictionary<Key, Sums>();
        foreach (var (key, sums, previous) in await tx.QueryAsync(Seen,
            r => (new Key(r.Uuid(0), r.Text(1), r.Text(2), r.Text(3), r.Text(4)),
            new Sums(r.Long(5), r.Long(6), r.Long(7), r.Long(8)), r.TextOrNull(9))))
        {
            Add(right, previous is null ? (key, sums) : Before(key, sums, previous));
        }

        // Asked last: what has moved from the outbox to a delivery queue by then is found there.
        if (await tx.FirstAsync($"SELECT 1 WHERE {NoneWaits}", r => r.Int(0)) != 1)
        {
            return ["statistics: not recounted: events wait for daily-statistics; repeat this when they are handled"];
        }

        var there = (await tx.QueryAsync(
            "SELECT store_id, day, currency, status, payment_status, orders, total, captured, refunded FROM order_statistics",
            r => (Key: new Key(r.Uuid(0), r.Text(1), r.Text(2), r.Text(3), r.Text(4)),
            Sums: new Sums(r.Long(5), r.Long(6), r.Long(7), r.Long(8)))))
            .ToDictionary(s => s.Key, s => s.Sums);
        var wrong = there.Keys.Union(right.Keys).Count(k => there.GetValueOrDefault(k) != right.GetValueOrDefault(k));
        if (wrong == 0)
        {
            return [];
        }

        var rows = new RowSet("order_statistics", new("store_id", ColumnType.Uuid), new("day", ColumnType.Text),
            new("currency", ColumnType.Text), new("status", ColumnType.Text),
            new("payment_status", ColumnType.Text), new("orders", ColumnType.Long), new("total", ColumnType.Long),
            new("captured", ColumnType.Long), new("refunded", ColumnType.Long));
        foreach (var (key, sums) in right)
        {
            rows.Add(key.StoreId).Add(key.Day).Add(key.Currency).Add(key.Status).Add(key.PaymentStatus).Add(sums.Orders).Add(sums.Total)
                .Add(sums.Captured).Add(sums.Refunded);
        }

        tx.Invalidate(InvalidatedKeys.Everything);
        var batch = tx.Batch();
        batch.Execute("DELETE FROM order_statistics");
        batch.Insert(rows);
        await batch.RunAsync();
        return [$"statistics: {wrong} rows were recounted"];
    }

    private static void Add(Dictionary<Key, Sums> all, (Key Key, Sums Sums) more)
    {
        var (orders, total, captured, refunded) = all.GetValueOrDefault(more.Key);
        all[more.Key] = new Sums(orders + more.Sums.Orders, total + more.Sums.Total, captured + more.Sums.Captured, refunded
            + more.Sums.Refunded);
    }

    private static (Key, Sums) Before(Key key, Sums sums, string previous)
    {
        using var document = JsonDocument.Parse($"{{{previous}}}");
        var before = document.RootElement;
        return (key with
        {
            Status = before.GetProperty("previousStatus").GetString()!,
            PaymentStatus = before.GetProperty("previousPaymentStatus").GetString()!
        },
            sums with
            {
                Captured = before.GetProperty("previousAmountPaid").GetInt64(),
                Refunded = before.GetProperty("previousAmountRefunded").GetInt64()
            });
    }
}
