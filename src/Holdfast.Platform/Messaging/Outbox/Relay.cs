using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Platform.Messaging.Events;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Messaging.Outbox;

/// <summary>
/// Delivers events from the outbox. The consumers of this process get them in the transaction that takes them out of the outbox. Every
/// other delivery queue gets one row of ids (<see cref="OutboxDeliveries"/>): those of brokers, and of consumers that run elsewhere or have
/// something left to do. The relay claims rows (skip locked) and never follows a cursor: a transaction that commits late is not skipped.
/// Any number of processes may relay.
/// </summary>
public sealed class Relay(Db db, RelaySignal signal, IEnumerable<IConsumer> consumers, ILogger<Relay> log, MessagingOptions? options = null)
    : BackgroundService
{
    private const int BatchSize = 500;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    // In a rush, what comes within this goes together: a transaction for a few events costs as much as one for many.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);

    private static readonly Backoff Retries = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10));

    private readonly MessagingOptions _options = options ?? new MessagingOptions();
    private readonly IConsumer[] _consumers = [.. consumers];

    /// <summary>Delivers one batch. Returns the number of its events.</summary>
    public async Task<int> RunOnceAsync(CancellationToken ct = default)
    {
        var failed = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            try
            {
                return await db.WriteAsync(tx => HandOnAsync(tx, failed), ct);
            }
            catch (ConsumerException e) when (failed.Add(e.Consumer))
            {
                // Nothing of this batch has happened. The others get it now, this one through its delivery queue.
                log.LogWarning(e.InnerException, "{Consumer} failed; its events are tried again one by one", e.Consumer);
            }
        }
    }

    /// <summary>
    /// Registers the delivery queues of our brokers for all relays, before the first request is answered: whatever is committed from then
    /// on is queued for them.
    /// </summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await DeliveryQueueStore.RegisterAsync(db, _options.BrokersFed, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new BackgroundLoop(StepAsync, Report) { Signal = signal, Backoff = Retries }.RunAsync(stoppingToken);

    private async Task<TimeSpan?> StepAsync(CancellationToken ct)
    {
        while (await RunOnceAsync(ct) >= BatchSize / 2)
        {
        }

        await Task.Delay(Gathering, ct);
        return Idle;
    }

    // Nothing is lost: the rows stay in the outbox.
    private void Report(Exception e, int failures)
    {
        if (!db.NoteUnavailable(log, e))
        {
            log.LogError(e, "The relay failed {Failures} times in a row; it goes on", failures);
        }
    }

    private async Task<int> HandOnAsync(Tx tx, HashSet<string> failed)
    {
        var claimed = await tx.QueryAsync(
            $"SELECT subject, sequence FROM outbox ORDER BY subject, sequence LIMIT {BatchSize} {{skip locked}}", Key);
        if (claimed.Count == 0)
        {
            return 0;
        }

        var batch = tx.Batch();
        var there = batch.Query("SELECT subject, sequence FROM outbox WHERE subject {in $1} ORDER BY subject, sequence", Key,
            claimed.Select(c => c.Subject).Distinct().ToArray());
        var now = batch.Now();
        var (ways, brokers) = await WaysAsync(tx, batch);
        var ready = InOrder(claimed, there.Rows);
        if (ready.Count == 0)
        {
            return 0;
        }

        // A consumer that is fed by a broker gets its events there, and one that has something waiting gets the new ones behind it.
        var fed = _consumers.Where(c => ways[c.Name].Transport == MessagingOptions.Outbox).ToList();
        var here = fed.Where(c => _options.Runs(c) && !failed.Contains(c.Name) && !ways[c.Name].IsWaiting).ToList();
        var events = here.Count == 0 ? [] : await EventTable.LoadAsync(tx, ready);
        foreach (var consumer in here)
        {
            await ConsumerException.RunAsync(consumer, tx, events);
        }

        await SaveAsync(tx, ready, [.. brokers, .. fed.Except(here).Select(c => c.Name)], now.First);
        return ready.Count;
    }

    /// <summary>
    /// Returns the transport of each consumer, which nobody can change until we have committed, and whether something waits in its delivery
    /// queue; and the brokers that any process feeds, whatever the settings of this process say.
    /// </summary>
    private async Task<(Dictionary<string, (string Transport, bool IsWaiting)> Consumers, List<string> Brokers)> WaysAsync(Tx tx,
        StatementBatch batch)
    {
        while (true)
        {
            var ways = batch.Query("SELECT name, transport FROM lanes {share}", r => (Name: r.Text(0), Transport: r.Text(1)));
            var waiting = _consumers.ToDictionary(c => c.Name,
                c => batch.Query("SELECT 1 FROM deliveries WHERE lane = $1 LIMIT 1", r => 1, c.Name));
            await batch.RunAsync();
            var missing = waiting.Keys.Where(name => ways.Rows.All(w => w.Name != name)).Order(StringComparer.Ordinal).ToList();
            if (missing.Count == 0)
            {
                return (ways.Rows.Where(w => waiting.ContainsKey(w.Name))
                    .ToDictionary(w => w.Name, w => (w.Transport, waiting[w.Name].Rows.Count > 0)),
                    [.. ways.Rows.Select(w => w.Name).Where(DeliveryQueueStore.IsBroker)]);
            }

            // A row that is not there cannot be locked. Whoever makes it at the same time waits for us, or we for them.
            var rows = new RowSet("lanes", new("name", ColumnType.Text), new("transport", ColumnType.Text));
            foreach (var name in missing)
            {
                rows.Add(name).Add(MessagingOptions.Outbox);
            }

            batch.Insert(rows, "ON CONFLICT (name) DO NOTHING");
        }
    }

    private async Task SaveAsync(Tx tx, List<EventKey> ready, List<string> queues, DateTime now)
    {
        var batch = tx.Batch();
        var (done, chunks) = (new RowSet("outbox", new("subject", ColumnType.Uuid), new("sequence", ColumnType.Int)),
            OutboxDeliveries.Rows());
        foreach (var (subject, sequence) in ready)
        {
            done.Add(subject).Add(sequence);
        }

        var bytes = queues.Count == 0 ? [] : EventIdBytes.Write(ready);
        foreach (var queue in queues)
        {
            OutboxDeliveries.AddChunk(chunks, queue, bytes, now);
        }

        batch.ChangeEach(done, "DELETE FROM outbox WHERE outbox.subject = {v.subject} AND outbox.sequence = {v.sequence}");
        batch.Insert(chunks);
        if (queues.Count > 0)
        {
            db.Notify(batch);
            tx.AfterCommit(() => signal.WakeQueues(queues));
        }

        await batch.RunAsync();
    }

    /// <summary>Returns the claimed events, except those of a subject that has an earlier event claimed by another process.</summary>
    private static List<EventKey> InOrder(List<EventKey> claimed, List<EventKey> there)
    {
        var (ours, ready, subject, broken) = (claimed.ToHashSet(), new List<EventKey>(claimed.Count), Guid.Empty, false);
        foreach (var key in there)
        {
            broken = (key.Subject == subject && broken) || !ours.Contains(key);
            subject = key.Subject;
            if (!broken)
            {
                ready.Add(key);
            }
        }

        return ready;
    }

    private static EventKey Key(Row r) => new(r.Uuid(0), r.Int(1));
}
