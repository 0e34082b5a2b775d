using System.Diagnostics;
using Holdfast.Platform.Http.Audit;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Data;

/// <summary>
/// Waiting commands become batches: as many as there are, up to a bound, without a timer or an added delay. Stores take turns, so that a
/// busy store does not keep a quiet one waiting. The queue guarantees the members of a batch: a deadlock or lock time-out runs the batch
/// again; a database error that one command causes is narrowed down to that command by halving; the outcome of a lost COMMIT is looked up
/// by the row of its attempt; callers are told within 5 s if the database cannot do the work now; and a full queue refuses at once.
/// </summary>
public abstract partial class BatchQueue<TCommand, TOutcome> : IAsyncDisposable
{
    /// <summary>If the database cannot be used at all, callers are told so sooner than if they wait for a lock.</summary>
    private static readonly TimeSpan OutagePatience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan HurriedPatience = TimeSpan.FromSeconds(2);
    private const int MaxTaken = 3;
    private readonly CancellationTokenSource _noLonger = new();
    private readonly TurnQueue<Waiting> _waiting;
    private readonly Task[] _workers;
    private readonly Outage _outage = new();
    private readonly ILogger _log;
    private readonly int _maxBatch;
    private volatile bool _hurries;

    /// <param name="stores">How many stores are served at once.</param>
    /// <param name="capacity">The most commands of one store that may wait.</param>
    /// <param name="maxBatch">The most commands in one transaction.</param>
    protected BatchQueue(Db db, ILogger log, int stores, int capacity, int maxBatch)
    {
        (Db, _log, _maxBatch) = (db, log, maxBatch);
        _waiting = new TurnQueue<Waiting>(capacity, db.WritersPerPartition);
        _workers = [.. Enumerable.Range(0, stores * db.WritersPerPartition).Select(_ => Task.Run(WorkAsync))];
    }

    protected Db Db { get; }

    /// <summary>
    /// How long after its arrival a command may wait for locks. After that its batch is not tried again and its callers get 503.
    /// </summary>
    protected virtual TimeSpan Patience => TimeSpan.FromSeconds(20);

    /// <summary>Queues a command under the store, or another key that takes turns. A full queue answers 503 at once.</summary>
    public Task<Result<TOutcome>> SubmitAsync(TCommand command, Guid store)
    {
        var waiting = new Waiting(command);
        if (_outage.IsPausing)
        {
            waiting.Done.SetResult(Errors.Unavailable);
        }
        else if (!_waiting.TryAdd(store, waiting))
        {
            waiting.Done.SetResult(Errors.Busy);
        }

        return waiting.Done.Task;
    }

    /// <summary>
    /// The process is to end: accepted commands are finished, but commands that the database does not let through are tried for two more
    /// seconds only.
    /// </summary>
    public void Hurry()
    {
        _hurries = true;
        _noLonger.CancelAfter(HurriedPatience);
    }

    /// <summary>
    /// Finishes the accepted commands. In a hurry, it leaves a hanging COMMIT to the database, which rolls it back or completes it.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Complete();
        var finished = Task.WhenAll(_workers);
        await (_hurries ? Task.WhenAny(finished, Task.Delay(HurriedPatience)) : finished);
        if (finished.IsCompleted)
        {
            _noLonger.Dispose();
            _waiting.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Loads, decides, saves and commits. Returns one outcome per command, in order. Must leave nothing behind when it throws, and may be
    /// called again.
    /// </summary>
    protected abstract Task<Result<TOutcome>[]> AttemptAsync(IReadOnlyList<TCommand> commands, BatchAttempt<TOutcome> attempt);

    private async Task WorkAsync()
    {
        CurrentWork.Is(DbWork.Batches);
        var batch = new List<Waiting>();
        while (await _waiting.WaitAsync())
        {
            batch.Clear();
            if (_waiting.TryTake(_maxBatch, batch, out var stores))
            {
                await RunSafelyAsync(batch);
                _waiting.Done(stores);
            }
        }
    }

    // Nobody would do the work of a worker that has ended.
    private async Task RunSafelyAsync(List<Waiting> batch)
    {
        try
        {
            await RunAsync(batch);
        }
        catch (Exception e)
        {
            batch.ForEach(w => w.Done.TrySetException(e));
        }
    }

    private async Task RunAsync(List<Waiting> batch)
    {
        var commands = batch.ConvertAll(w => w.Command);
        var auditScopes = batch.ConvertAll(w => w.AuditScope);
        var taken = 0;
        for (var tries = 1; ; tries++)
        {
            var attempt = new BatchAttempt<TOutcome>(auditScopes);
            try
            {
                var outcomes = attempt.Check(await AttemptAsync(commands, attempt));
                await ConfirmAsync(attempt, outcomes);
                Answer(batch, outcomes);
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
                if (await IsSettledAsync(batch, attempt, e, tries))
                {
                    return;
                }
            }
            catch (Exception e) when (Db.IsUnavailable(e))
            {
                if (await HasGivenUpAsync(batch, e, tries))
                {
                    return;
                }
            }
            catch (Exception e) when (Db.FaultOf(e) == DbFault.Taken && ++taken < MaxTaken)
            {
                // Another process has committed it since this batch looked: judged again, each command gets its own answer.
            }
            catch (Exception e) when (batch.Count > 1)
            {
                _log.LogWarning("A batch of {Count} commands is halved: {Reason}", batch.Count, e.Message);
                await RunAsync(batch[..(batch.Count / 2)]);
                await RunAsync(batch[(batch.Count / 2)..]);
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

    /// <summary>The answers of a batch that has changed nothing report earlier commits: these must be as durable.</summary>
    private async Task ConfirmAsync(BatchAttempt<TOutcome> attempt, Result<TOutcome>[] outcomes)
    {
        if (attempt.IsCommitted)
        {
            _outage.Ended();
            Db.Condition.Works(attempt.Transaction!.Begun);
        }
        else if (Array.Exists(outcomes, outcome => outcome.IsOk))
        {
            try
            {
                await Db.FenceAsync();
            }
            catch (SilentConnectionException e)
            {
                throw new OutcomeUnknownException(e);
            }
        }
    }

    /// <summary>
    /// Looks up the outcome of an unanswered COMMIT. Returns false if it was rolled back, so that the batch may run again.
    /// </summary>
    private async Task<bool> IsSettledAsync(List<Waiting> batch, BatchAttempt<TOutcome> attempt, Exception reason, int tries)
    {
        Exception? obstacle = null;
        // Where nothing was changed nothing is lost, and the batch may run again.
        var committed = attempt.Transaction!.Attempt is { } id
            ? await Db.SettleInTimeAsync(id, batch.Max(w => w.Age), _noLonger.Token, e => obstacle = e)
            : attempt.Transaction.HasChanges ? null : false;
        if (committed is { } known)
        {
            _log.LogWarning("The answer to COMMIT of {Count} commands was lost; it was {Outcome}: {Reason}", batch.Count,
                known ? "committed" : "rolled back", reason.Message);
        }

        if (committed is true)
        {
            attempt.Transaction.HasCommitted();
            Answer(batch, attempt.Outcomes!);
            return true;
        }

        if (committed is null)
        {
            // As long as this lasts, it is so for every batch.
            Db.Note(_log, new OutcomeUnknownException(reason));
            Fail(batch, Errors.OutcomeUnknown);
            if (obstacle is not null && !Db.IsTransient(obstacle))
            {
                GiveUpAll(obstacle);
            }
            else
            {
                // The attempt may be alone in that, so whoever comes now may try. Those who have waited behind it cannot wait as long
                // again.
                Fail(_waiting.TakeAll(), Errors.Unavailable);
            }

            return true;
        }

        return await HasGivenUpAsync(batch, reason, tries);
    }

    private static void Answer(List<Waiting> batch, Result<TOutcome>[] outcomes)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            batch[i].Done.SetResult(outcomes[i]);
        }
    }

    private static void Fail(List<Waiting> batch, Error error) => batch.ForEach(waiting => waiting.Done.SetResult(error));

    private sealed class Waiting(TCommand command)
    {
        private readonly long _since = Stopwatch.GetTimestamp();

        public TCommand Command { get; } = command;

        /// <summary>The audit scope of the waiting request, because the batch runs in another flow.</summary>
        public AuditScope? AuditScope { get; } = AuditScope.Current;

        public TimeSpan Age => Stopwatch.GetElapsedTime(_since);

        public TaskCompletionSource<Result<TOutcome>> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
