using Holdfast.Platform.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Messaging;

/// <summary>
/// Something that must happen once for every event. It writes on the relay's transaction, so that its effect and the hand-over commit together.
/// Events of one subject come in their order within a call; it must not mind the order between subjects.
/// </summary>
public interface IConsumer
{
    /// <summary>For logs.</summary>
    string Name { get; }

    /// <summary>Writes the effect of the events. An exception leaves them to be handed over again.</summary>
    Task HandleAsync(Tx tx, IReadOnlyList<Event> events);
}

/// <summary>Wakes the relay of this process after a commit: a hint; without it the relay looks once a second.</summary>
public sealed class RelayBell
{
    private readonly SemaphoreSlim _rung = new(0, 1);

    /// <summary>Says that there is something to hand on. Never blocks.</summary>
    public void Ring()
    {
        try
        {
            _rung.Release();
        }
        catch (SemaphoreFullException)
        {
            // It has been rung already.
        }
    }

    internal Task<bool> WaitAsync(TimeSpan atMost, CancellationToken ct) => _rung.WaitAsync(atMost, ct);
}

/// <summary>
/// Hands events from the outbox to the consumers of this process. It claims unpublished rows (skip locked), never follows a cursor: a
/// transaction that commits late is not skipped. Rows, effects and the removal from the outbox are one transaction.
/// </summary>
public sealed class Relay(Db db, RelayBell bell, IEnumerable<IConsumer> consumers, ILogger<Relay> log) : BackgroundService
{
    private const int BatchSize = 500;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly IConsumer[] _consumers = [.. consumers];

    /// <summary>Hands on one batch; how many events it held.</summary>
    public Task<int> RunOnceAsync(CancellationToken ct = default) => db.WriteAsync(async tx =>
    {
        var claimed = await tx.QueryAsync($"SELECT subject, sequence FROM outbox ORDER BY subject, sequence LIMIT {BatchSize} {{skip locked}}",
            r => (Subject: r.Uuid(0), Sequence: r.Int(1))).ConfigureAwait(false);
        if (claimed.Count == 0)
        {
            return 0;
        }

        var rows = new RowSet("outbox", new("subject", ColumnType.Uuid), new("sequence", ColumnType.Int));
        foreach (var (subject, sequence) in claimed)
        {
            rows.Add(subject).Add(sequence);
        }

        var batch = tx.Batch();
        var found = batch.Query(
            "SELECT subject, sequence, type, store_id, occurred_at, actor, previous, data FROM events WHERE subject {in $1} ORDER BY subject, sequence",
            r => new Event(r.Uuid(0), r.Int(1), r.Text(2), r.Uuid(3), r.Time(4), r.Text(5), r.TextOrNull(6), r.Bytes(7)),
            claimed.Select(c => c.Subject).Distinct().ToArray());
        batch.ChangeEach(rows, "DELETE FROM outbox WHERE outbox.subject = {v.subject} AND outbox.sequence = {v.sequence}");
        await batch.RunAsync().ConfigureAwait(false);

        var wanted = claimed.ToHashSet();
        var events = found.Rows.Where(e => wanted.Contains((e.Subject, e.Sequence))).ToList();
        foreach (var consumer in _consumers)
        {
            await consumer.HandleAsync(tx, events).ConfigureAwait(false);
        }

        return claimed.Count;
    }, ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await RunOnceAsync(stoppingToken).ConfigureAwait(false) == BatchSize)
                {
                }

                failures = 0;
                await bell.WaitAsync(Idle, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Nothing is lost: the rows stay in the outbox until their consumers have succeeded.
                failures++;
                log.LogError(e, "The relay failed {Failures} times in a row; it goes on", failures);
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(10_000, 100 << Math.Min(failures, 7))), stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
