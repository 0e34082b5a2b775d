using System.Diagnostics;
using System.Threading.Channels;
using Holdfast.Platform.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Data;

/// <summary>What one attempt at a batch leaves for the queue: the outcomes, and how to ask what became of its COMMIT.</summary>
public sealed class BatchAttempt<TOutcome>
{
    private readonly IReadOnlyList<Witness?> _witnesses;

    /// <param name="witnesses">Of each command, in order.</param>
    internal BatchAttempt(IReadOnlyList<Witness?> witnesses) => _witnesses = witnesses;

    internal string? TransactionId { get; private set; }

    internal Result<TOutcome>[]? Outcomes { get; private set; }

    internal bool IsCommitted { get; private set; }

    internal StaleNames? Stale { get; private set; }

    /// <summary>Commits, with the lines of the audit log that its commands owe; should the answer to COMMIT be lost, the queue finds out and hands out these outcomes or runs the batch again.</summary>
    public async Task CommitAsync(Tx tx, string transactionId, Result<TOutcome>[] outcomes)
    {
        Check(outcomes);
        var lines = outcomes.Zip(_witnesses, (outcome, witness) => outcome.IsOk ? witness?.Line(outcome.Value) : null).OfType<AuditEntry>().ToList();
        if (lines.Count > 0)
        {
            await AuditLog.NoteAsync(tx, lines).ConfigureAwait(false);
        }

        (TransactionId, Outcomes, Stale) = (transactionId, outcomes, tx.Noted);
        await tx.CommitAsync().ConfigureAwait(false);
        IsCommitted = true;
    }

    // Found out before the COMMIT, when nothing has happened yet.
    internal Result<TOutcome>[] Check(Result<TOutcome>[] outcomes) =>
        outcomes.Length == _witnesses.Count ? outcomes : throw new InvalidOperationException($"{outcomes.Length} outcomes for {_witnesses.Count} commands");
}

/// <summary>
/// Commands that wait become batches: as many as there are, up to a bound; no timer, no added delay. What a batch owes its members is here:
/// a deadlock or lock time-out runs it again, a database error that one command causes is narrowed down to that command by halving,
/// a lost COMMIT is looked up, and a full queue says so at once.
/// </summary>
public abstract class BatchQueue<TCommand, TOutcome> : IAsyncDisposable
{
    // Where the database cannot be reached at all, callers hear so sooner than where they wait for a lock.
    private static readonly TimeSpan OutagePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HurriedPatience = TimeSpan.FromSeconds(2);
    private const int OutageTries = 3;

    private readonly CancellationTokenSource _noLonger = new();
    private readonly Channel<Waiting>[] _lanes;
    private readonly Task[] _workers;
    private readonly ILogger _log;
    private readonly int _maxBatch;
    private volatile bool _hurries;

    protected BatchQueue(Db db, ILogger log, int lanes, int capacity, int maxBatch)
    {
        (Db, _log, _maxBatch) = (db, log, maxBatch);
        _lanes = new Channel<Waiting>[lanes];
        for (var i = 0; i < lanes; i++)
        {
            _lanes[i] = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(capacity) { SingleReader = db.WritersPerLane == 1 });
        }

        _workers = [.. _lanes.SelectMany(lane => Enumerable.Range(0, db.WritersPerLane).Select(_ => Task.Run(() => WorkAsync(lane.Reader))))];
    }

    protected Db Db { get; }

    /// <summary>
    /// How long a command waits, from its arrival, before a batch that fails is not tried again and its callers get 503; also how long the
    /// outcome of a COMMIT is asked after.
    /// </summary>
    protected virtual TimeSpan Patience => TimeSpan.FromSeconds(20);

    /// <summary>Queues a command on the lane of its key. A full queue: 503 at once.</summary>
    public Task<Result<TOutcome>> SubmitAsync(TCommand command, Guid laneKey)
    {
        var waiting = new Waiting(command);
        var lane = _lanes[(laneKey.GetHashCode() & int.MaxValue) % _lanes.Length];
        if (!lane.Writer.TryWrite(waiting))
        {
            waiting.Done.SetResult(Errors.Busy);
        }

        return waiting.Done.Task;
    }

    /// <summary>
    /// The process is to end: what was accepted is finished, but what the database does not let through is tried for two seconds more, not for
    /// as long as usual.
    /// </summary>
    public void Hurry()
    {
        _hurries = true;
        _noLonger.CancelAfter(HurriedPatience);
    }

    /// <summary>Finishes what was accepted; in a hurry, leaves what hangs to the database, which rolls it back or has it committed.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes)
        {
            lane.Writer.TryComplete();
        }

        var finished = Task.WhenAll(_workers);
        await (_hurries ? Task.WhenAny(finished, Task.Delay(HurriedPatience)) : finished).ConfigureAwait(false);
        if (finished.IsCompleted)
        {
            _noLonger.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Open, decide, ink, commit. Returns one outcome per command, in order. Must leave nothing behind when it throws, and may be called again.
    /// </summary>
    protected abstract Task<Result<TOutcome>[]> AttemptAsync(IReadOnlyList<TCommand> commands, BatchAttempt<TOutcome> attempt);

    private async Task WorkAsync(ChannelReader<Waiting> lane)
    {
        var batch = new List<Waiting>();
        while (await lane.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < _maxBatch && lane.TryRead(out var waiting))
            {
                batch.Add(waiting);
            }

            if (batch.Count > 0)
            {
                await RunSafelyAsync(batch).ConfigureAwait(false);
            }
        }
    }

    // A lane without its worker would be dead for ever.
    private async Task RunSafelyAsync(List<Waiting> batch)
    {
        try
        {
            await RunAsync(batch).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            batch.ForEach(w => w.Done.TrySetException(e));
        }
    }

    private async Task RunAsync(List<Waiting> batch)
    {
        var commands = batch.ConvertAll(w => w.Command);
        var witnesses = batch.ConvertAll(w => w.Witness);
        for (var tries = 1; ; tries++)
        {
            var attempt = new BatchAttempt<TOutcome>(witnesses);
            try
            {
                Answer(batch, attempt.Check(await AttemptAsync(commands, attempt).ConfigureAwait(false)));
                return;
            }
            catch (Exception e) when (attempt.IsCommitted)
            {
                // What fails after the commit must not run the batch a second time.
                _log.LogError(e, "A batch of {Count} commands has committed; what was to follow failed", batch.Count);
                Answer(batch, attempt.Outcomes!);
                return;
            }
            catch (Exception e) when (attempt.Outcomes is not null && Db.IsConnectionLost(e))
            {
                if (await IsSettledAsync(batch, attempt, e, tries).ConfigureAwait(false))
                {
                    return;
                }
            }
            catch (Exception e) when (Db.IsTransient(e) || Db.IsConnectionLost(e))
            {
                if (await HasGivenUpAsync(batch, e, tries).ConfigureAwait(false))
                {
                    return;
                }
            }
            catch (Exception e) when (batch.Count > 1)
            {
                _log.LogWarning("A batch of {Count} commands is halved: {Reason}", batch.Count, e.Message);
                await RunAsync(batch[..(batch.Count / 2)]).ConfigureAwait(false);
                await RunAsync(batch[(batch.Count / 2)..]).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (Db.IsDataError(e))
            {
                _log.LogWarning("A command was refused by the database: {Reason}", e.Message);
                Fail(batch, Errors.Unstorable);
                return;
            }
            catch (Exception e)
            {
                batch[0].Done.SetException(e);
                return;
            }
        }
    }

    /// <summary>Finds out what became of an unanswered COMMIT; false: it was rolled back, and the batch may run again.</summary>
    private async Task<bool> IsSettledAsync(List<Waiting> batch, BatchAttempt<TOutcome> attempt, Exception reason, int tries)
    {
        bool? committed;
        try
        {
            committed = await Db.OutcomeAsync(attempt.TransactionId!, Patience, _noLonger.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            committed = null;
        }

        _log.LogWarning("The answer to COMMIT of {Count} commands was lost; it was {Outcome}: {Reason}", batch.Count,
            committed switch { true => "committed", false => "rolled back", _ => "not to be found out" }, reason.Message);
        if (committed is true)
        {
            Db.Tell(attempt.Stale);
            Answer(batch, attempt.Outcomes!);
            return true;
        }

        if (committed is null || IsEnough(reason, batch[0].Age, tries))
        {
            Fail(batch, Errors.OutcomeUnknown);
            return true;
        }

        return false;
    }

    /// <summary>After an error that passes: true, the callers have waited enough and were told; false, the batch is to run again.</summary>
    private async Task<bool> HasGivenUpAsync(List<Waiting> batch, Exception reason, int tries)
    {
        var age = batch[0].Age;
        if (IsEnough(reason, age, tries))
        {
            _log.LogError("A batch of {Count} commands gave up after {Tries} tries: {Reason}", batch.Count, tries, reason.Message);
            Fail(batch, Errors.Unavailable);
            return true;
        }

        if (Db.IsTransient(reason) && await Db.FreeStuckAsync(age).ConfigureAwait(false) is var ended and > 0)
        {
            _log.LogWarning("Ended {Sessions} sessions that held locks and whose process had stopped in the middle of a statement", ended);
        }

        await Task.Delay(Math.Min(200, Random.Shared.Next(1, 5 * tries))).ConfigureAwait(false);
        return false;
    }

    // After a pause of the whole process every connection may be dead: that alone is no outage.
    private bool IsEnough(Exception e, TimeSpan age, int tries) => Db.IsConnectionLost(e)
        ? tries >= OutageTries && (_hurries || age > OutagePatience || age > Patience)
        : age > (_hurries ? HurriedPatience : Patience);

    private static void Answer(List<Waiting> batch, Result<TOutcome>[] outcomes)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            batch[i].Done.SetResult(outcomes[i]);
        }
    }

    private static void Fail(List<Waiting> batch, Error error)
    {
        foreach (var waiting in batch)
        {
            waiting.Done.SetResult(error);
        }
    }

    private sealed class Waiting(TCommand command)
    {
        private readonly long _since = Stopwatch.GetTimestamp();

        public TCommand Command { get; } = command;

        /// <summary>Of the request that waits: the batch runs elsewhere.</summary>
        public Witness? Witness { get; } = Witness.Current;

        public TimeSpan Age => Stopwatch.GetElapsedTime(_since);

        public TaskCompletionSource<Result<TOutcome>> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
