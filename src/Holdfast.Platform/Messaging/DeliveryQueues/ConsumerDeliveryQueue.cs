using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Outbox;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Messaging.DeliveryQueues;

/// <summary>
/// Feeds one consumer from its delivery queue, chunk by chunk in order. A chunk that fails is split by subject, and its events are tried
/// one at a time with growing pauses. An event that fails too often becomes a dead letter. Until then the later events of its subject wait
/// behind it; other subjects go on.
/// </summary>
internal sealed class ConsumerDeliveryQueue(Db db, IConsumer consumer, MessagingOptions options, ILogger log)
{
    private const int MaxChunks = 20;
    private const int MaxEvents = 500;

    private sealed record QueuedEvents(long Position, Guid Subject, byte[] Events, int Attempts);

    /// <summary>Does what is due, once. Returns whether anything was.</summary>
    public async Task<bool> StepAsync(CancellationToken ct)
    {
        var due = await db.ReadAsync(async s =>
            await s.FirstAsync("SELECT 1 FROM deliveries WHERE lane = $1 AND next_attempt_at <= $2 LIMIT 1", r => 1,
            consumer.Name, await s.NowAsync()), ct);
        return due == 1 && (await HandleChunksAsync(ct) | await HandleSubjectAsync(ct));
    }

    private async Task<bool> HandleChunksAsync(CancellationToken ct)
    {
        try
        {
            return await db.WriteAsync(tx => HandleChunksAsync(tx, split: false), ct);
        }
        catch (ConsumerException e)
        {
            log.LogWarning(e.InnerException, "{Consumer} failed on a chunk; its events are tried one by one", consumer.Name);
            return await db.WriteAsync(tx => HandleChunksAsync(tx, split: true), ct);
        }
    }

    /// <param name="split">If true, handles nothing and puts each subject of the first chunk into a row of its own.</param>
    private async Task<bool> HandleChunksAsync(Tx tx, bool split)
    {
        var batch = tx.Batch();
        var chunks = batch.Query(
            $"SELECT position, events FROM deliveries WHERE lane = $1 AND subject IS NULL ORDER BY position LIMIT {MaxChunks} {{skip "
            + $"locked}}",
            r => (Position: r.Long(0), Events: r.Bytes(1)), consumer.Name);
        var first = batch.Query("SELECT MIN(position) FROM deliveries WHERE lane = $1 AND subject IS NULL", r => r.LongOrNull(0),
            consumer.Name);
        var now = batch.Now();
        await batch.RunAsync();
        if (chunks.Rows.Count == 0 || chunks.Rows[0].Position != first.First)
        {
            // Another process has the first one, and the order matters.
            return false;
        }

        var (taken, keys) = (new List<long>(), new List<EventKey>());
        foreach (var (position, events) in chunks.Rows.TakeWhile(_ => keys.Count < (split ? 1 : MaxEvents)))
        {
            taken.Add(position);
            keys.AddRange(EventIdBytes.Read(events));
        }

        var queued = (await tx.QueryAsync(
            "SELECT position, subject, events, attempts FROM deliveries WHERE lane = $1 AND subject {in $2} ORDER BY position {lock}",
            MapQueued,
            consumer.Name, keys.Select(k => k.Subject).Distinct().ToArray())).ToDictionary(h => h.Subject);
        var free = keys.Where(k => !queued.ContainsKey(k.Subject)).ToList();
        var rows = OutboxDeliveries.Rows();
        foreach (var subject in split ? free.GroupBy(k => k.Subject) : [])
        {
            OutboxDeliveries.AddSubject(rows, consumer.Name, subject.Key, EventIdBytes.Write([.. subject]), now.First, now.First);
        }

        var loaded = split ? [] : await EventTable.LoadAsync(tx, free);
        if (loaded.Count > 0)
        {
            await ConsumerException.RunAsync(consumer, tx, loaded);
        }

        batch.Execute("DELETE FROM deliveries WHERE position {in $1}", taken.ToArray());
        batch.ChangeEach(Queued(queued, keys), "UPDATE deliveries SET events = {v.events} WHERE deliveries.position = {v.position}");
        batch.Insert(rows);
        await batch.RunAsync();
        return true;
    }

    /// <summary>Returns the events of waiting subjects, as rows that put them behind what already waits.</summary>
    private static RowSet Queued(Dictionary<Guid, QueuedEvents> queued, List<EventKey> keys)
    {
        var rows = new RowSet("deliveries", new("position", ColumnType.Long), new("events", ColumnType.Bytes));
        foreach (var subject in keys.Where(k => queued.ContainsKey(k.Subject)).GroupBy(k => k.Subject))
        {
            rows.Add(queued[subject.Key].Position).Add((byte[])[.. queued[subject.Key].Events, .. EventIdBytes.Write([.. subject])]);
        }

        return rows;
    }

    /// <summary>Tries the first event of a waiting subject.</summary>
    private async Task<bool> HandleSubjectAsync(CancellationToken ct)
    {
        var trying = default((long Position, EventKey Key)?);
        try
        {
            return await db.WriteAsync(async tx =>
            {
                var now = await tx.NowAsync();
                var due = await tx.FirstAsync(
                    "SELECT position, subject, events, attempts FROM deliveries WHERE lane = $1 AND subject IS NOT NULL "
                    + "AND next_attempt_at <= $2 ORDER BY next_attempt_at "
                    + "LIMIT 1 {skip locked}", MapQueued, consumer.Name, now);
                if (due is null)
                {
                    return false;
                }

                var key = EventIdBytes.Read(due.Events)[0];
                trying = (due.Position, key);
                if (await EventTable.LoadAsync(tx, [key]) is { Count: 1 } found)
                {
                    await ConsumerException.RunAsync(consumer, tx, found);
                }

                await NextAsync(tx, due, now);
                return true;
            }, ct);
        }
        catch (ConsumerException e)
        {
            await db.WriteAsync(tx => FailedAsync(tx, trying!.Value.Position, trying.Value.Key, e.InnerException!), ct);
            return true;
        }
    }

    /// <summary>Removes the first event of the subject from its row, handled or given up.</summary>
    private static Task NextAsync(Tx tx, QueuedEvents queued, DateTime now) => queued.Events.Length <= EventIdBytes.Width
        ? tx.ExecuteAsync("DELETE FROM deliveries WHERE position = $1", queued.Position)
        : tx.ExecuteAsync("UPDATE deliveries SET events = $2, attempts = 0, next_attempt_at = $3 WHERE position = $1", queued.Position,
        queued.Events[EventIdBytes.Width..], now);

    private async Task FailedAsync(Tx tx, long position, EventKey key, Exception reason)
    {
        var queued = await tx.FirstAsync("SELECT position, subject, events, attempts FROM deliveries WHERE position = $1 {lock}", MapQueued,
            position);
        if (queued is null || EventIdBytes.Read(queued.Events)[0] != key)
        {
            // Another process has had it since.
            return;
        }

        var (now, attempts) = (await tx.NowAsync(), queued.Attempts + 1);
        if (attempts < options.MaxAttempts)
        {
            await tx.ExecuteAsync("UPDATE deliveries SET attempts = $2, next_attempt_at = $3 WHERE position = $1", position, attempts, now
                + options.Pause(attempts));
            return;
        }

        if (await DeadLetterStore.BuryAsync(tx, consumer.Name, key, $"{reason.GetType().Name}: {reason.Message}", attempts, now) is { } e)
        {
            log.LogError(reason, "{Consumer} has failed {Attempts} times on {Event} ({Type}): it is a dead letter now", consumer.Name,
                attempts, e.Id, e.Type);
        }

        await NextAsync(tx, queued, now);
    }

    private static QueuedEvents MapQueued(Row r) => new(r.Long(0), r.Uuid(1), r.Bytes(2), r.Int(3));
}
