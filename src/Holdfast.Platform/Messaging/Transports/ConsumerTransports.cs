using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Outbox;

namespace Holdfast.Platform.Messaging.Transports;

/// <summary>
/// Changes the transport of a consumer, without losing or repeating an event. Relays read the transport under a shared lock, so that each
/// event takes either the old transport or the new one.
/// </summary>
internal static class ConsumerTransports
{
    private const int ChunkSize = 500;

    /// <summary>Sets the transport of this process's consumers to its setting. Returns the consumers that had another one.</summary>
    public static async Task<IReadOnlyList<string>> SettleAsync(Db db, IEnumerable<IConsumer> consumers, string transport,
        CancellationToken ct)
    {
        var ways = (await db.ReadAsync(s => s.QueryAsync("SELECT name, transport FROM lanes", r => (Name: r.Text(0), Transport: r.Text(1))),
            ct)).ToDictionary(w => w.Name, w => w.Transport);
        var changed = consumers.Select(c => c.Name).Where(name => ways.GetValueOrDefault(name, MessagingOptions.Outbox) != transport)
            .ToList();
        foreach (var name in changed)
        {
            await db.WriteAsync(tx => ChangeAsync(tx, name, transport), ct);
        }

        return changed;
    }

    private static async Task ChangeAsync(Tx tx, string consumer, string transport)
    {
        // Over a long history this takes a while, once.
        await tx.WithoutTimeLimitAsync();
        await tx.ExecuteAsync("INSERT INTO lanes (name, transport) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", consumer,
            MessagingOptions.Outbox);
        var before = await tx.FirstAsync("SELECT transport FROM lanes WHERE name = $1 {lock}", r => r.Text(0), consumer);
        if (before == transport)
        {
            return;
        }

        if (before != MessagingOptions.Outbox)
        {
            await TakeBackAsync(tx, consumer);
        }

        if (transport != MessagingOptions.Outbox)
        {
            // All that has left the outbox has been handled, or lies in the consumer's delivery queue.
            await tx.ExecuteAsync(
                "INSERT INTO inbox (consumer, subject, sequence) SELECT $1{as text}, e.subject, MAX(e.sequence) FROM events e "
                + "WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.subject = e.subject AND o.sequence = e.sequence) GROUP BY e.subject",
                consumer);
        }

        await tx.ExecuteAsync("UPDATE lanes SET transport = $2, behind_since = NULL WHERE name = $1", consumer, transport);
    }

    /// <summary>Puts the events that are under way through the broker into the consumer's delivery queue.</summary>
    private static async Task TakeBackAsync(Tx tx, string consumer)
    {
        var (now, rows) = (await tx.NowAsync(), OutboxDeliveries.Rows());
        var behind = await tx.QueryAsync(
            "SELECT e.subject, e.sequence FROM events e LEFT JOIN inbox i ON i.consumer = $1 AND i.subject = e.subject "
            + "WHERE e.sequence > COALESCE(i.sequence, 0) AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.subject = e.subject "
            + "AND o.sequence = e.sequence) ORDER BY e.subject, e.sequence",
            r => new EventKey(r.Uuid(0), r.Int(1)), consumer);
        foreach (var chunk in behind.Chunk(ChunkSize))
        {
            OutboxDeliveries.AddChunk(rows, consumer, EventIdBytes.Write(chunk), now);
        }

        var batch = tx.Batch();
        batch.Insert(rows);
        batch.Execute("DELETE FROM inbox WHERE consumer = $1", consumer);
        await batch.RunAsync();
    }
}
