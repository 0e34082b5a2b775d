using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Outbox;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Messaging.Transports;

/// <summary>
/// Feeds one of our consumers from a broker. The inbox stores the last sequence of each subject that the consumer has handled. It commits
/// together with the effect, and only then is the message acknowledged. A lower or equal sequence is a duplicate. A gap need not be waited
/// for: the missing events are read from our own table of events, which has every event before its message is sent. The event itself is
/// read there too: a message only names it.
/// </summary>
internal sealed class Inbox(Db db, IConsumer consumer, ITransport transport, MessagingOptions options, ILogger log)
{
    private const int CatchUpSize = 500;
    private const int SubjectsAtOnce = 5000;
    private static readonly Backoff Retries = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    private sealed record IncomingEvent(EventKey Key, string? Type, string? Fault, byte[] Body, string? Poison = null);

    public Task RunAsync(CancellationToken ct) => Task.WhenAll(ConsumeAsync(ct), LookAsync(ct));

    /// <summary>
    /// The interval of the search for events that the broker lost without a trace: somebody has purged a queue, or removed its binding.
    /// </summary>
    private Task LookAsync(CancellationToken stopping) => new BackgroundLoop(async ct =>
    {
        await Task.Delay(Backoff.Every(options.LookEvery).After(1), ct);
        await HandleMissedAsync(ct);
        return TimeSpan.Zero;
    }, (e, _) => log.LogWarning("{Consumer} could not look for what it has missed: {Reason}", consumer.Name, e.Message))
    {
        Backoff = Retries,
    }.RunAsync(stopping);

    private Task ConsumeAsync(CancellationToken stopping)
    {
        var subscription = new Subscription(Topics.Events, consumer.Name, options.Prefetch);
        BackgroundLoop? loop = null;
        loop = new BackgroundLoop(async ct =>
        {
            await transport.ConsumeAsync(subscription, new Subscriber(async messages =>
            {
                await HandleAsync(messages, ct);
                loop!.NoteSuccess();
            })
            {
                Lost = () => FallBehindAsync(ct),
                Ready = () => CatchUpAsync(ct),
            }, ct);
            return TimeSpan.Zero;
        }, (e, failures) =>
        {
            if (failures == 1)
            {
                log.LogWarning("{Consumer} gets nothing from {Broker} for now: {Reason}", consumer.Name, transport.Name, e.Message);
            }
        })
        { Backoff = Retries };
        return loop.RunAsync(stopping);
    }

    /// <summary>Handles the messages, however long it takes: while the database is away they are neither lost nor acknowledged.</summary>
    public Task HandleAsync(IReadOnlyList<Message> messages, CancellationToken ct) => HandleAsync([.. messages.Select(m =>
    {
        var (key, type, fault) = CloudEvent.Read(m.Body);
        return new IncomingEvent(key, type, fault, m.Body, m.Poison);
    })], ct);

    /// <summary>
    /// Records that the broker has lost messages of the consumer. The record outlives this process: the next subscriber catches up.
    /// </summary>
    private Task FallBehindAsync(CancellationToken ct) => db.WriteAsync(async tx =>
        await tx.ExecuteAsync("UPDATE lanes SET behind_since = $2 WHERE name = $1", consumer.Name, await tx.NowAsync()), ct);

    /// <summary>Records that the broker has lost messages of all consumers that it feeds.</summary>
    public static Task FallBehindAsync(Db db, string broker) => db.WriteAsync(async tx =>
        await tx.ExecuteAsync("UPDATE lanes SET behind_since = $2 WHERE transport = $1 AND name <> transport", broker,
        await tx.NowAsync()));

    /// <summary>Handles all events that the consumer has not consumed, if the broker has lost something since the last time.</summary>
    private async Task CatchUpAsync(CancellationToken ct)
    {
        var since = await db.ReadAsync(s =>
            s.FirstAsync("SELECT behind_since FROM lanes WHERE name = $1", r => r.TimeOrNull(0), consumer.Name), ct);
        if (since is null)
        {
            return;
        }

        await HandleMissedAsync(ct);
        await db.WriteAsync(tx =>
            tx.ExecuteAsync("UPDATE lanes SET behind_since = NULL WHERE name = $1 AND behind_since = $2", consumer.Name, since), ct);
    }

    /// <summary>
    /// Handles all events that the consumer has not consumed. It reads the subjects in pages, so that no statement takes long.
    /// </summary>
    private async Task HandleMissedAsync(CancellationToken ct)
    {
        Guid? after = Guid.Empty;
        while (after is not null)
        {
            var page = await db.ReadAsync(s => s.QueryAsync("SELECT e.subject, e.last, COALESCE(i.sequence, 0) FROM "
                + "(SELECT subject, MAX(sequence) AS last FROM events WHERE subject > $2 GROUP BY subject ORDER BY subject LIMIT "
                + $"{SubjectsAtOnce}) e LEFT JOIN inbox i ON i.consumer = $1 AND i.subject = e.subject ORDER BY e.subject",
                r => (Subject: r.Uuid(0), Last: r.Int(1), Consumed: r.Int(2)), consumer.Name, after), ct);
            foreach (var some in page.Where(p => p.Last > p.Consumed).Chunk(CatchUpSize))
            {
                await HandleAsync([.. some.Select(p => new IncomingEvent(new EventKey(p.Subject, p.Last), null, null, []))], ct);
            }

            after = page.Count < SubjectsAtOnce ? null : page[^1].Subject;
        }
    }

    private async Task HandleAsync(List<IncomingEvent> incoming, CancellationToken ct)
    {
        var (failures, aside) = (0, false);
        while (true)
        {
            try
            {
                await db.WriteAsync(tx => TakeAsync(tx, incoming, aside), ct);
                return;
            }
            catch (ConsumerException e) when (!aside)
            {
                log.LogWarning(e.InnerException, "{Consumer} failed; its events are tried again one by one", consumer.Name);
                aside = true;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                if (failures++ == 0)
                {
                    log.LogError("{Consumer} cannot write: {Reason}; it tries until it can", consumer.Name, e.Message);
                }

                await Task.Delay(Retries.After(failures), ct);
            }
        }
    }

    /// <param name="aside">Queue the events in the consumer's delivery queue, which tries them one by one.</param>
    private async Task<int> TakeAsync(Tx tx, List<IncomingEvent> incoming, bool aside)
    {
        var batch = tx.Batch();
        var transportOfConsumer = batch.Query("SELECT transport FROM lanes WHERE name = $1 {share}", r => r.Text(0), consumer.Name);
        var now = batch.Now();
        await batch.RunAsync();
        if (transportOfConsumer.First != transport.Name)
        {
            // Somebody has changed the consumer's way since: it gets its events by that.
            return 0;
        }

        foreach (var bad in incoming.Where(t => t.Fault is not null))
        {
            AddDead(batch, bad, bad.Fault!, now.First);
        }

        var last = incoming.Where(t => t.Fault is null).GroupBy(t => t.Key.Subject)
            .ToDictionary(g => g.Key, g => g.Max(t => t.Key.Sequence));
        var consumed = await LoadAsync(tx, batch, last.Keys);
        var events = await EventTable.LoadRangesAsync(tx,
            [.. last.Where(l => l.Value > consumed[l.Key]).Select(l => (l.Key, consumed[l.Key] + 1, l.Value))]);
        var waiting = batch.Query("SELECT 1 FROM deliveries WHERE lane = $1 LIMIT 1", r => 1, consumer.Name);
        await batch.RunAsync();
        var good = await BuryAsync(tx, incoming, events, now.First);
        if (good.Count > 0 && (aside || waiting.Rows.Count > 0))
        {
            var rows = OutboxDeliveries.Rows();
            OutboxDeliveries.AddChunk(rows, consumer.Name, EventIdBytes.Write([.. good.Select(e => new EventKey(e.Subject, e.Sequence))]),
                now.First);
            batch.Insert(rows);
        }
        else if (good.Count > 0)
        {
            await ConsumerException.RunAsync(consumer, tx, good);
        }

        Save(batch, incoming, consumed, events, now.First);
        await batch.RunAsync();
        return events.Count;
    }

    /// <summary>Returns the last sequence of each subject, under lock; 0 for a new subject.</summary>
    private async Task<Dictionary<Guid, int>> LoadAsync(Tx tx, StatementBatch batch, IEnumerable<Guid> subjects)
    {
        var ids = subjects.Order().ToArray();
        var rows = new RowSet("inbox", new("consumer", ColumnType.Text), new("subject", ColumnType.Uuid), new("sequence", ColumnType.Int));
        foreach (var id in ids)
        {
            rows.Add(consumer.Name).Add(id).Add(0);
        }

        batch.Insert(rows, "ON CONFLICT (consumer, subject) DO NOTHING");
        var locked = batch.Query("SELECT subject, sequence FROM inbox WHERE consumer = $1 AND subject {in $2} ORDER BY subject {lock}",
            r => (Subject: r.Uuid(0), Sequence: r.Int(1)),
            consumer.Name, ids);
        await batch.RunAsync();
        return locked.Rows.ToDictionary(l => l.Subject, l => l.Sequence);
    }

    /// <summary>Makes dead letters of events that seem to end processes. Returns the other events.</summary>
    private async Task<List<Event>> BuryAsync(Tx tx, List<IncomingEvent> incoming, List<Event> events, DateTime now)
    {
        var poison = incoming.Where(t => t.Poison is not null).GroupBy(t => t.Key).ToDictionary(g => g.Key, g => g.First().Poison!);
        var good = new List<Event>();
        foreach (var e in events)
        {
            var key = new EventKey(e.Subject, e.Sequence);
            if (!poison.TryGetValue(key, out var reason))
            {
                good.Add(e);
                continue;
            }

            await DeadLetterStore.BuryAsync(tx, consumer.Name, key, reason, 1, now);
            log.LogError("{Consumer} does not take {Event} ({Type}), which is a dead letter now: {Reason}", consumer.Name, e.Id, e.Type,
                reason);
        }

        return good;
    }

    /// <summary>Stores the last sequence of each subject. A message that names none of our events becomes a dead letter.</summary>
    private void Save(StatementBatch batch, List<IncomingEvent> incoming, Dictionary<Guid, int> consumed, List<Event> events, DateTime now)
    {
        var rows = new RowSet("inbox", new("subject", ColumnType.Uuid), new("sequence", ColumnType.Int), new("consumer", ColumnType.Text));
        foreach (var subject in events.GroupBy(e => e.Subject))
        {
            rows.Add(subject.Key).Add(subject.Max(e => e.Sequence)).Add(consumer.Name);
        }

        batch.ChangeEach(rows,
            "UPDATE inbox SET sequence = {v.sequence} WHERE inbox.consumer = {v.consumer} AND inbox.subject = {v.subject}");
        var found = events.ToDictionary(e => new EventKey(e.Subject, e.Sequence), e => e.Type);
        foreach (var t in incoming.Where(t => t.Fault is null && t.Type is not null && t.Key.Sequence > consumed[t.Key.Subject]))
        {
            if (!found.TryGetValue(t.Key, out var type))
            {
                AddDead(batch, t, "no event of ours, or one that has been erased", now);
            }
            else if (type != t.Type)
            {
                AddDead(batch, t, $"this event is {type}, not {t.Type}", now);
            }
        }

        var strangers = consumed.Where(h => h.Value == 0 && events.All(e => e.Subject != h.Key)).Select(h => h.Key).ToArray();
        if (strangers.Length > 0)
        {
            batch.Execute("DELETE FROM inbox WHERE consumer = $1 AND subject {in $2}", consumer.Name, strangers);
        }
    }

    // The id comes from the message: told again, it is the same dead letter.
    private void AddDead(StatementBatch batch, IncomingEvent bad, string reason, DateTime now)
    {
        DeadLetterStore.Add(batch,
            new DeadLetter(DeadLetterStore.IdOf(consumer.Name, bad.Body), consumer.Name, null, null, bad.Type, reason, bad.Body, 1, now));
        log.LogError("{Consumer} got a message that cannot be handled ({Reason}): it is a dead letter now", consumer.Name, reason);
    }
}
