using Holdfast.Platform.Data;

namespace Holdfast.Inventory.Alerts;

/// <summary>Whether the alerts are those that the stock implies, and how they are rebuilt from the stock and its events.</summary>
internal static class AlertInvariants
{
    // As Core/StockEntry.NeedsMore says it.
    private const string NeedsMore =
        "((s.on_hand <= s.reserved AND s.event_sequence > 0) OR (s.low_stock_threshold IS NOT NULL AND s.on_hand - s.reserved <= "
        + "s.low_stock_threshold))";

    // Those of which no event is on its way: in the outbox, or with the broker that feeds the alerts.
    private const string Wrong = "FROM stock s LEFT JOIN stock_alerts a ON a.variant_id = s.variant_id WHERE s.location_id = s.store_id "
        + "AND NOT EXISTS (SELECT 1 FROM outbox x WHERE x.subject = s.variant_id) AND NOT EXISTS (SELECT 1 FROM lanes w LEFT JOIN inbox "
        + "i ON i.consumer = w.name AND i.subject = s.variant_id "
        + "WHERE w.name = 'low-stock' AND w.transport <> 'outbox' AND COALESCE(i.sequence, 0) < s.event_sequence) AND CASE WHEN "
        + "a.variant_id IS NULL THEN 0 ELSE 1 END <> CASE WHEN " + NeedsMore + " THEN 1 ELSE 0 END";

    private const string NoneWaits =
        "NOT EXISTS (SELECT 1 FROM deliveries WHERE lane = 'low-stock') AND NOT EXISTS (SELECT 1 FROM dead_letters WHERE lane = "
        + "'low-stock')";

    public static readonly Invariant Invariant = new("alerts_are_of_what_runs_out",
        $"SELECT s.variant_id, s.on_hand, s.reserved, s.low_stock_threshold, a.since {Wrong} AND {NoneWaits}");

    /// <summary>Opens what is missing and closes what is over; what has events on their way is left to them.</summary>
    public static async Task<IReadOnlyList<string>> RepairAsync(Tx tx)
    {
        await tx.LockTableAsync("stock_alerts");
        var now = await tx.NowAsync();
        var wrong = await tx.QueryAsync(
            "SELECT s.variant_id, s.store_id, a.since, (SELECT MIN(e.occurred_at) FROM events e WHERE e.subject = s.variant_id "
            + "AND e.type IN ('inventory.low', 'inventory.rejected', 'inventory.shortfall') AND e.sequence > COALESCE((SELECT "
            + $"MAX(r.sequence) FROM events r WHERE r.subject = s.variant_id AND r.type = 'inventory.restocked'), 0)) {Wrong}",
            r => (Id: r.Uuid(0), Store: r.Uuid(1), IsOpen: r.TimeOrNull(2) is not null, Since: r.TimeOrNull(3)));
        if (await tx.FirstAsync($"SELECT 1 WHERE {NoneWaits}", r => r.Int(0)) != 1)
        {
            return wrong.Count == 0 ? [] : ["alerts: not rebuilt: events wait for low-stock; repeat this when they are handled"];
        }

        var batch = tx.Batch();
        var closed = wrong.Where(w => w.IsOpen).Select(w => w.Id).ToArray();
        if (closed.Length > 0)
        {
            batch.Execute("DELETE FROM stock_alerts WHERE variant_id {in $1}", closed);
        }

        batch.Insert(LowStockConsumer.Rows(wrong.Where(w => !w.IsOpen).Select(w => (w.Id, w.Store, w.Since ?? now))));
        await batch.RunAsync();
        return wrong.ConvertAll(w => $"alert {w.Id}: {(w.IsOpen ? "closed" : "opened")}");
    }
}
