using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Outbox;

namespace Holdfast.Platform.Messaging.DeliveryQueues;

/// <summary>
/// The delivery queues (the table <c>lanes</c>). The row of a broker makes every relay queue events for it, even a relay that cannot reach
/// the broker. The first process that has the broker's address makes the row. It stays until somebody drops it, even if all processes are
/// restarted without the address.
/// </summary>
public static class DeliveryQueueStore
{
    public static readonly Error NotABroker = new(404, "not_found", "There is no broker of that name that gets events.",
        "Không có message broker nào mang tên đó đang nhận sự kiện.");

    /// <summary>Whether the delivery queue belongs to a broker.</summary>
    public static bool IsBroker(string name) => name is MessagingOptions.RabbitMq or MessagingOptions.Kafka;

    /// <summary>Makes all relays feed the brokers, from the next committed event on.</summary>
    internal static async Task RegisterAsync(Db db, IEnumerable<string> brokers, CancellationToken ct)
    {
        var there = await db.ReadAsync(s => s.QueryAsync("SELECT name FROM lanes", r => r.Text(0)), ct);
        foreach (var broker in brokers.Except(there))
        {
            await db.WriteAsync(tx =>
                tx.ExecuteAsync("INSERT INTO lanes (name, transport) VALUES ($1, $1) ON CONFLICT (name) DO NOTHING", broker), ct);
        }
    }

    /// <summary>Returns all delivery queues, by name.</summary>
    public static Task<List<DeliveryQueue>> AllAsync(Db db, CancellationToken ct = default) => db.ReadAsync(s => s.QueryAsync(
        $"SELECT l.name, l.transport, COALESCE(SUM(LENGTH(d.events)), 0) / {EventIdBytes.Width}, MIN(d.created_at), MIN(l.behind_since) "
        + $"FROM "
        + "lanes l LEFT JOIN deliveries d ON d.lane = l.name "
        + "GROUP BY l.name, l.transport ORDER BY l.name",
        r => new DeliveryQueue(r.Text(0), r.Text(1), r.Long(2), r.TimeOrNull(3), r.TimeOrNull(4))),
        ct);

    /// <summary>
    /// Drops a broker: it gets no more events, and what waits for it is deleted. A process that has its address registers it again when it
    /// starts. Returns an error if there is no such broker.
    /// </summary>
    public static Task<Error?> DropAsync(Db db, string broker, CancellationToken ct = default) => db.WriteAsync<Error?>(async tx =>
    {
        // First the row: this waits for the relays that have read it, and what they put into the delivery queue is deleted, too.
        if (!IsBroker(broker) || await tx.ExecuteAsync("DELETE FROM lanes WHERE name = $1", broker) == 0)
        {
            return NotABroker;
        }

        await tx.ExecuteAsync("DELETE FROM deliveries WHERE lane = $1", broker);
        return null;
    }, ct);
}
