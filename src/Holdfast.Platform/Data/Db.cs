using System.Diagnostics;
using Holdfast.Platform.Data.Postgres;
using Holdfast.Platform.Data.Sqlite;
using Holdfast.Platform.Http.Audit;

namespace Holdfast.Platform.Data;

/// <summary>
/// The database: SQLite or PostgreSQL, chosen by the connection string. Reads use <see cref="ReadAsync{T}"/>, changes use
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

    /// <summary>How many batches of one store may run at once; SQLite has a single writer.</summary>
    public abstract int WritersPerPartition { get; }

    /// <summary>Whether the database can be used; logged once per state.</summary>
    public DatabaseCondition Condition { get; } = new();

    /// <summary>Added to every reading of the database's clock: lets a simulation jump in time. Zero in production.</summary>
    public TimeSpan ClockSkew { get; set; }

    /// <summary>
    /// Whether a commit that invalidates cached documents leaves a row in <c>cache_invalidations</c>, for caches that live longer than
    /// processes. All processes of a database must have the same value.
    /// </summary>
    public bool KeepsInvalidatedKeys { get; set; }

    /// <summary>
    /// Switched off only to measure what the attempts' rows cost: without them the outcome of a lost COMMIT cannot be looked up.
    /// </summary>
    internal bool LeavesAttempts { get; set; } = true;

    /// <summary>
    /// Called on the committing caller's thread with the keys that a commit has invalidated; must neither block nor throw.
    /// </summary>
    public event Action<InvalidatedKeys>? Invalidated;

    /// <summary>Opens the database that the URL names: <c>postgres://…</c>, <c>sqlite:PATH</c>.</summary>
    /// <param name="isPatient">For reading all of a large database: no limit on how long a statement may take.</param>
    public static Db Open(string url, bool isPatient = false) =>
        url.StartsWith("postgres://", StringComparison.Ordinal) || url.StartsWith("postgresql://", StringComparison.Ordinal)
        ? new PostgresDb(url, isPatient)
        : url.StartsWith("sqlite:", StringComparison.Ordinal) ? new SqliteDb(url["sqlite:".Length..])
        : throw new ArgumentException("DATABASE_URL must start with postgres:// or sqlite:", nameof(url));

    /// <summary>
    /// Runs reads without a transaction; each statement sees the last commit. If the connection breaks, it is replaced and <paramref
    /// name="read"/> runs again; within a batch, the batch runs again.
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
    /// Runs <paramref name="work"/> in a transaction and commits. It runs again, a few times, after a deadlock, a lock time-out, a busy
    /// file, or a connection that broke before the COMMIT was sent. If the answer to COMMIT is lost, the outcome is looked up;
    /// <see cref="OutcomeUnknownException"/> means that this failed. If <paramref name="work"/> throws, the transaction is rolled back and
    /// the exception passed on. Within a request of staff, a service or an admin, a result that is an answer marks the change that goes
    /// into the audit log, in the same commit.
    /// </summary>
    /// <param name="work">What to do; may run several times.</param>
    /// <param name="ct">Ends the wait for the transaction to begin. A transaction that has begun is not interrupted.</param>
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
    /// Returns once everything that can be read now is as durable as an acknowledged commit. On PostgreSQL with a synchronous standby,
    /// visible data may not be replicated yet if somebody cancelled the wait of its COMMIT.
    /// </summary>
    public virtual Task FenceAsync() => Task.CompletedTask;

    /// <summary>
    /// For callers who have waited several seconds for locks: ends the sessions whose process has stopped in the middle of a statement.
    /// Returns the number of ended sessions.
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
    /// Ends sessions of this application that hold locks and have waited for seconds until their client sends or reads on in the middle of
    /// a statement: the time-out for idle transactions does not cover those.
    /// </summary>
    private protected abstract Task<int> EndStuckSessionsAsync();

    /// <summary>
    /// Wakes the other processes that listen (<see cref="ListenAsync"/>) when the batch's transaction commits. Does nothing on SQLite.
    /// </summary>
    internal virtual void Notify(StatementBatch batch)
    {
    }

    /// <summary>
    /// Calls back whenever another process has notified, until the wait is cancelled or the connection breaks; then it throws. On SQLite it
    /// never calls back: callers also have to poll.
    /// </summary>
    internal virtual Task ListenAsync(Action onNotification, CancellationToken ct) => Task.Delay(Timeout.Infinite, ct);

    /// <summary>
    /// Throws <see cref="StartupException"/>, one line for the operator, if a server cannot work on this database: the database is
    /// read-only, allows too few connections, or does not keep the limits that a session must have.
    /// </summary>
    public virtual Task CheckAsync(CancellationToken ct = default) => Task.CompletedTask;

    /// <summary>Runs <paramref name="work"/> while no other process runs work under the same name.</summary>
    internal abstract Task ExclusivelyAsync(string name, Func<Task> work, CancellationToken ct);

    public abstract ValueTask DisposeAsync();

    /// <summary>Passes the keys that a commit has invalidated to the caches.</summary>
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
