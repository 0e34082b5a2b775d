using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Outbox;

namespace Holdfast.Platform.Messaging.DeliveryQueues;

/// <summary>
/// The table of lanes. The row of a broker says that every relay has to put the events aside for it, one that cannot reach it, too. It is
/// made by the first process that has the broker's address, and stays, whoever is restarted without it, until somebody drops it.
/// </summary>
public static class DeliveryQueueStore
{
    public static readonly Error NotABroker = new(404, "not_found", "There is no broker of that name that gets events.",
        "Không có message broker nào mang tên đó đang nhận sự kiện.");

    /// <summary>Whether the lane is a broker's.</summary>
    public static bool IsBroker(string name) => name is MessagingOptions.RabbitMq or MessagingOptions.Kafka;

    /// <summary>Has the brokers fed by all relays, from the next event on that is committed.</summary>
    internal static async Task RegisterAsync(Db db, IEnumerable<string> brokers, CancellationToken ct)
    {
        var there = await db.ReadAsync(s => s.QueryAsync("SELECT name FROM lanes", r => r.Text(0)), ct);
        foreach (var broker in brokers.Except(there))
        {
            await db.WriteAsync(tx =>
                tx.ExecuteAsync("INSERT INTO lanes (name, transport) VALUES ($1, $1) ON CONFLICT (name) DO NOTHING", broker), ct);
        }
    }

    /// <summary>All that there are, by name.</summary>
    public static Task<List<DeliveryQueue>> AllAsync(Db db, CancellationToken ct = default) => db.ReadAsync(s => s.QueryAsync(
        $"SELECT l.name, l.transport, COALESCE(SUM(LENGTH(d.events)), 0) / {EventIdBytes.Width}, MIN(d.created_at), MIN(l.behind_since) "
        + $"FROM "
        + "lanes l LEFT JOIN deliveries d ON d.lane = l.name "
        + "GROUP BY l.name, l.transport ORDER BY l.name",
        r => new DeliveryQueue(r.Text(0), r.Text(1), r.Long(2), r.TimeOrNull(3), r.TimeOrNull(4))),
        ct);

    /// <summary>
    /// The broker gets no more events, and what waits for it is given up. A process that has its address registers it again when it starts.
    /// An error where there is no such one.
    /// </summary>
    public static Task<Error?> DropAsync(Db db, string broker, CancellationToken ct = default) => db.WriteAsync<Error?>(async tx =>
    {
        // First the row: this waits for the relays that have read it, and what these put into the lane goes, too.
        if (!IsBroker(broker) || await tx.ExecuteAsync("DELETE FROM lanes WHERE name = $1", broker) == 0)
        {
            return NotABroker;
        }

        await tx.ExecuteAsync("DELETE FROM deliveries WHERE lane = $1", broker);
        return null;
    }, ct);
}
