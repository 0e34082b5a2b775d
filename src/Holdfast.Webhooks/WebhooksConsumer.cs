using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Webhooks;

/// <summary>
/// Queues each event for the endpoints of its store that want it and are not paused; once each, whatever is handed over again.
/// </summary>
internal sealed class WebhooksConsumer : IConsumer
{
    private sealed record Wish(Guid Id, Guid StoreId, List<string> Types);

    public const string Name = "webhooks";

    string IConsumer.Name => Name;

    /// <summary>
    /// Queues with one statement; without endpoints it only looks for some. It holds them: nobody deletes one before the deliveries are
    /// there.
    /// </summary>
    public async Task HandleAsync(Tx tx, IReadOnlyList<Event> events)
    {
        var wishes =
            (await tx.QueryAsync(
            "SELECT id, store_id, types FROM webhook_endpoints WHERE store_id {in $1} AND paused_at IS NULL ORDER BY id {share}",
            r => new Wish(r.Uuid(0), r.Uuid(1), WebhookEndpoint.ReadTypes(r.Text(2))), events.Select(e => e.StoreId).Distinct()
            .ToArray())).ToLookup(w => w.StoreId);
        if (wishes.Count == 0)
        {
            return;
        }

        var rows = new RowSet("webhook_deliveries", new("id", ColumnType.Uuid), new("endpoint_id", ColumnType.Uuid),
            new("store_id", ColumnType.Uuid), new("subject", ColumnType.Uuid),
            new("sequence", ColumnType.Int), new("type", ColumnType.Text), new("status", ColumnType.Text), new("attempts", ColumnType.Int),
            new("next_attempt_at", ColumnType.Time),
            new("created_at", ColumnType.Time));
        foreach (var e in events)
        {
            foreach (var wish in wishes[e.StoreId].Where(w => w.Types.Count == 0 || w.Types.Exists(t => EventTypes.Matches(t, e.Type))))
            {
                rows.Add(Guid.CreateVersion7()).Add(wish.Id).Add(e.StoreId).Add(e.Subject).Add(e.Sequence).Add(e.Type).Add("pending").Add(0)
                    .Add(e.OccurredAt).Add(e.OccurredAt);
            }
        }

        var batch = tx.Batch();
        batch.Insert(rows, "ON CONFLICT (endpoint_id, subject, sequence) DO NOTHING");
        await batch.RunAsync();
    }
}
