using System.Globalization;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;
using Holdfast.Platform.Messaging;

namespace Holdfast.Inventory;

/// <summary>A variant of which staff should order more, with its stock as it is now.</summary>
public sealed record StockAlert : StockView
{
    public StockAlert(StockView now, DateTime since) : base(now) => Since = since;

    /// <summary><c>short</c> (less than is promised), <c>sold_out</c> or <c>low</c>.</summary>
    public string Kind => Shortfall > 0 ? "short" : Available == 0 ? "sold_out" : "low";

    /// <summary>When it began.</summary>
    public DateTime Since { get; }
}

/// <summary><c>GET /inventory/alerts?storeId</c>, for staff: the newest first. Behind the stock by less than a second.</summary>
public sealed class StockAlerts(Db db)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public async Task<Reply> ListAsync(Request request)
    {
        var paging = Paging.From(request, 2);
        if (!paging.IsOk)
        {
            return paging.Error!;
        }

        var (before, id) = (DateTime.MaxValue, Guid.AllBitsSet);
        if (paging.Value.After is { } after
            && !(DateTime.TryParseExact(after[0], TimeFormat, CultureInfo.InvariantCulture,
            DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out before)
            && Guid.TryParseExact(after[1], "D", out id)))
        {
            return Errors.InvalidCursor;
        }

        if (!Guid.TryParseExact(request.Query("storeId"), "D", out var storeId))
        {
            return Errors.Invalid("storeId", request.Query("storeId") is null ? "is required" : "must be a UUID");
        }

        if (!request.Caller.Manages(storeId))
        {
            return Errors.NotFound;
        }

        var rows = await db.ReadAsync(s => s.QueryAsync(ListSql, r => new StockAlert(StockView.Map(r), r.Time(9)), storeId,
            before == DateTime.MaxValue ? new DateTime(9999, 1, 1, 0, 0, 0, DateTimeKind.Utc) : before, id, (long)paging.Value.Limit + 1),
            request.Aborted).ConfigureAwait(false);
        return Reply.Ok(paging.Value.Page(rows, a => [a.Since.ToString(TimeFormat, CultureInfo.InvariantCulture), a.VariantId.ToString()]));
    }

    private const string ListSql = "SELECT " + StockView.Columns + ", a.since "
        + "FROM stock_alerts a JOIN stock s ON s.variant_id = a.variant_id AND s.location_id = a.store_id JOIN variants v ON v.id = "
        + "a.variant_id JOIN products p ON p.id = v.product_id "
        + "WHERE a.store_id = $1 AND (a.since, a.variant_id) < ($2, $3) ORDER BY a.since DESC, a.variant_id DESC LIMIT $4";
}

/// <summary>Opens an alert at the first event that tells of too little, and closes it when there is enough again.</summary>
internal sealed class LowStockConsumer : IConsumer
{
    public string Name => "low-stock";

    /// <summary>Of each variant only the last word counts, and when it began.</summary>
    public async Task HandleAsync(Tx tx, IReadOnlyList<Event> events)
    {
        var (closed, open) = (new SortedSet<Guid>(), new SortedDictionary<Guid, Event>());
        foreach (var e in events)
        {
            if (e.Type == "inventory.restocked")
            {
                closed.Add(e.Subject);
                open.Remove(e.Subject);
            }
            else if (e.Type is "inventory.low" or "inventory.rejected" or "inventory.shortfall")
            {
                open.TryAdd(e.Subject, e);
            }
        }

        var batch = tx.Batch();
        if (closed.Count > 0)
        {
            batch.Execute("DELETE FROM stock_alerts WHERE variant_id {in $1}", closed.ToArray());
        }

        batch.Insert(Rows(open.Values.Select(e => (e.Subject, e.StoreId, e.OccurredAt))), "ON CONFLICT (variant_id) DO NOTHING");
        await batch.RunAsync().ConfigureAwait(false);
    }

    /// <summary>Rows of <c>stock_alerts</c>.</summary>
    public static RowSet Rows(IEnumerable<(Guid VariantId, Guid StoreId, DateTime Since)> alerts)
    {
        var rows = new RowSet("stock_alerts", new("variant_id", ColumnType.Uuid), new("store_id", ColumnType.Uuid),
            new("since", ColumnType.Time));
        foreach (var (variant, store, since) in alerts)
        {
            rows.Add(variant).Add(store).Add(since);
        }

        return rows;
    }
}

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
        await tx.LockTableAsync("stock_alerts").ConfigureAwait(false);
        var now = await tx.NowAsync().ConfigureAwait(false);
        var wrong = await tx.QueryAsync(
            "SELECT s.variant_id, s.store_id, a.since, (SELECT MIN(e.occurred_at) FROM events e WHERE e.subject = s.variant_id "
            + "AND e.type IN ('inventory.low', 'inventory.rejected', 'inventory.shortfall') AND e.sequence > COALESCE((SELECT "
            + $"MAX(r.sequence) FROM events r WHERE r.subject = s.variant_id AND r.type = 'inventory.restocked'), 0)) {Wrong}",
            r => (Id: r.Uuid(0), Store: r.Uuid(1), IsOpen: r.TimeOrNull(2) is not null, Since: r.TimeOrNull(3))).ConfigureAwait(false);
        if (await tx.FirstAsync($"SELECT 1 WHERE {NoneWaits}", r => r.Int(0)).ConfigureAwait(false) != 1)
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
        await batch.RunAsync().ConfigureAwait(false);
        return wrong.ConvertAll(w => $"alert {w.Id}: {(w.IsOpen ? "closed" : "opened")}");
    }
}
