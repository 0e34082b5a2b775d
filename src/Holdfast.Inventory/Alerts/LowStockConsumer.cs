using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Inventory.Alerts;

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
        await batch.RunAsync();
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
