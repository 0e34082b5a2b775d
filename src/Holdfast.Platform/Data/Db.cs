using System.Diagnostics;
using Holdfast.Platform.Data.Postgres;
using Holdfast.Platform.Data.Sqlite;
using Holdfast.Platform.Http.Audit;

namespace Holdfast.Platform.Data;

/// <summary>
/// The database: SQLite or PostgreSQL, chosen by the connection string. Reads go through <see cref="ReadAsync{T}"/>, changes through
/// <see cref="WriteAsync{T}"/>; both hand out a session that speaks the portable SQL of <see cref="Sql"/>.
/// </summary>
public abstract partial class Db : IAsyncDisposable
{
    private const int Attempts = 8;

    // One broken connection empties the pool of those that broke with it, so one more try reaches a server that is there.
    private const int Reconnects = 2;
    private static readonly TimeSpan ReconnectWithin = TimeSpan.FromSeconds(2);

    // Each time another may have been taken: an order's number, then a name from outside. What is taken without end is a bug.
    private const int MaxTaken = 4;

    // Two lock time-outs: whoever works has given its locks back by then.
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(4);

    /// <summary><c>sqlite</c> or <c>postgresql</c>.</summary>
    public abstract string Name { get; }

    /// <summary>How many batches of one store may be under way at once; SQLite has a single writer.</summary>
    public abstract int WritersPerPartition { get; }

    /// <summary>Whether it can be used, told to the log once per state.</summary>
    public DatabaseCondition Condition { get; } = new();

    /// <summary>Added to every reading of the database's clock: lets a simulation jump in time. Zero in production.</summary>
    public TimeSpan ClockSkew { get; set; }

    /// <summary>
    /// Whether a commit that makes cached documents stale leaves a row in <c>cache_invalidations</c>, for caches that live longer than
    /// processes. To be the same for all processes of a database.
    /// </summary>
    public bool KeepsInvalidatedKeys { get; set; }

    /// <summary>Switched off only to measure what the rows of attempts cost: without them a lost COMMIT cannot be settled.</summary>
    internal bool LeavesAttempts { get; set; } = true;

    /// <summary>Called on the committing caller's thread with what a commit has made stale; must neither block nor throw.</summary>
    public event Action<InvalidatedKeys>? Invalidated;

    /// <summary>Opens the database that the URL names: <c>postgres://…</c>, <c>sqlite:PATH</c>.</summary>
    /// <param name="isPatient">For reading all of a large database: no limit on how long a statement may take.</param>
    public static Db Open(string url, bool isPatient = false) =>
        url.StartsWith("postgres://", StringComparison.Ordinal) || url.StartsWith("postgresql://", StringComparison.Ordinal)
        ? new PostgresDb(url, isPatient)
        : url.StartsWith("sqlite:", StringComparison.Ordinal) ? new SqliteDb(url["sqlite:".Length..])
        : throw new ArgumentException("DATABASE_URL must start with postgres:// or sqlite:", nameof(url));

    /// <summary>
    /// Runs reads outside any transaction of ours; each statement sees the last commit. A connection that broke is replaced, and
    /// <paramref name="read"/> runs again; within a batch it is the batch that runs again.
    /// </summary>
    public async Task<T> ReadAsync<T>(Func<DbSession, Task<T>> read, CancellationToken ct = default)
    {
        var clock = Stopwatch.StartNew();
        for (var losses = 0; ; losses++)
        {
            try
            {
                return await ReadOnceAsync(read, ct);
            }
            catch (Exception e) when (MayReconnect(e, losses, clock))
            {
                // The next try opens another connection.
            }
        }
    }

    /// <summary>
    /// As <see cref="ReadAsync{T}"/>, for statements that read whole tables: they are planned for that and have no time limit. A connection
    /// that breaks is not replaced.
    /// </summary>
    internal virtual Task<T> ReadWholeAsync<T>(Func<DbSession, Task<T>> read, CancellationToken ct) => ReadOnceAsync(read, ct);

    /// <summary>Opens a transaction (READ COMMITTED; on SQLite BEGIN IMMEDIATE). Disposing it without a commit rolls back.</summary>
    public abstract Task<Tx> BeginAsync(CancellationToken ct = default);

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction and commits. A deadlock, a lock time-out or a busy file runs it again, some times; so
    /// does a connection that broke before the COMMIT was sent. Where the answer to COMMIT is lost, the outcome is found out;
    /// <see cref="OutcomeUnknownException"/> says that it could not be. An exception from it rolls back and is thrown on. Within a request
    /// of staff, a service or an admin, an answer as its result is a change that goes into the audit log, in the same commit.
    /// </summary>
    /// <param name="work">What to do; may run several times.</param>
    /// <param name="ct">Ends the waiting for the transaction to begin. One that has begun is not cut off.</param>
    public async Task<T> WriteAsync<T>(Func<Tx, Task<T>> work, CancellationToken ct = default)
    {
        var clock = Stopwatch.StartNew();
        var (losses, taken) = (0, 0);
        for (var tries = 1; ; tries++)
        {
            Tx? committing = null;
            var result = default(T);
            try
            {
                await using var tx = await BeginAsync(ct);
                result = await work(tx);
                if (!tx.IsRolledBack)
                {
                    await AuditLog.NoteAsync(tx, AuditScope.Current?.Line(result) is { } line ? [line] : []);
                    committing = tx;
                    tx.LeavesFence = CurrentWork.Kind != DbWork.Background;
                    await tx.CommitAsync(ct);
                    if (tx.Attempt is not null)
                    {
                        Condition.Works(tx.Begun);
                    }
                }

                return result;
            }
            catch (Exception e) when (tries < Attempts && IsTransient(e))
            {
                await FreeStuckAsync(clock.Elapsed);
                await Task.Delay(Random.Shared.Next(1, 10 * tries), ct);
            }
            catch (Exception e) when (FaultOf(e) == DbFault.Taken && ++taken < MaxTaken)
            {
                // Somebody else's commit has it by now: judged again, the work sees that.
            }
            catch (Exception e) when (committing?.Attempt is { } attempt && IsConnectionLost(e))
            {
                var committed = await SettleInTimeAsync(attempt, clock.Elapsed, CancellationToken.None);
                if (committed is true)
                {
                    committing.HasCommitted();
                    return result!;
                }

                if (committed is null)
                {
                    throw new OutcomeUnknownException(e);
                }

                if (losses++ >= Reconnects)
                {
                    throw;
                }
            }
            catch (Exception e) when (committing is null && MayReconnect(e, losses, clock))
            {
                losses++;
            }
        }
    }

    /// <summary>As <see cref="WriteAsync{T}"/>, without a result.</summary>
    public Task WriteAsync(Func<Tx, Task> work, CancellationToken ct = default) =>
        WriteAsync<object?>(async tx =>
        {
            await work(tx);
            return null;
        }, ct);

    /// <summary>
    /// Returns once everything that can be read now is as lasting as an acknowledged commit. On PostgreSQL with a synchronous standby what
    /// is visible may not be replicated yet, if somebody cancelled the waiting of its COMMIT.
    /// </summary>
    public virtual Task FenceAsync() => Task.CompletedTask;

    /// <summary>
    /// For those who have waited for locks for so long, several seconds at least: ends the sessions whose process has stopped in the middle
    /// of a statement. How many there were.
    /// </summary>
    internal async Task<int> FreeStuckAsync(TimeSpan waited)
    {
        try
        {
            return waited < StuckAfter ? 0 : await EndStuckSessionsAsync();
        }
        catch (Exception e) when (IsUnavailable(e))
        {
            return 0;
        }
    }

    /// <summary>
    /// Ends sessions of this application that hold locks and have waited for seconds for their client to send or to read on in the middle
    /// of a statement: the time-out for idle transactions is not for those.
    /// </summary>
    private protected abstract Task<int> EndStuckSessionsAsync();

    /// <summary>
    /// Wakes the other processes that listen (<see cref="ListenAsync"/>) when the batch's transaction commits. Nothing on SQLite.
    /// </summary>
    internal virtual void Notify(StatementBatch batch)
    {
    }

    /// <summary>
    /// Calls back whenever another process has notified, until it is cancelled or the connection breaks; then it throws. On SQLite nothing
    /// is ever heard: whoever waits has to look as well.
    /// </summary>
    internal virtual Task ListenAsync(Action heard, CancellationToken ct) => Task.Delay(Timeout.Infinite, ct);

    /// <summary>
    /// Throws <see cref="StartupException"/>, one line for the operator, where a server cannot work on this database: it is read-only,
    /// allows too few connections, or does not keep the limits that a session must have.
    /// </summary>
    public virtual Task CheckAsync(CancellationToken ct = default) => Task.CompletedTask;

    /// <summary>Runs <paramref name="work"/> while no other process runs work under the same name.</summary>
    internal abstract Task ExclusivelyAsync(string name, Func<Task> work, CancellationToken ct);

    public abstract ValueTask DisposeAsync();

    /// <summary>Tells caches what a commit has made stale.</summary>
    internal void Tell(InvalidatedKeys? names)
    {
        if (names is not null)
        {
            Invalidated?.Invoke(names);
        }
    }

    private protected abstract Task<T> ReadOnceAsync<T>(Func<DbSession, Task<T>> read, CancellationToken ct);

    // A server that cannot be reached must be told at once, not after several time-outs. A connection that has fallen silent says nothing
    // about the next one. A batch is run again by its queue, which knows how long its callers have waited.
    private bool MayReconnect(Exception e, int losses, Stopwatch clock) =>
        CurrentWork.Kind != DbWork.Batches && losses < Reconnects && IsConnectionLost(e)
        && (clock.Elapsed < ReconnectWithin || (losses == 0 && e is SilentConnectionException));
}
