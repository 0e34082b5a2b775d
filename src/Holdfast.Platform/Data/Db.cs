using System.Diagnostics;
using Holdfast.Platform.Http;

namespace Holdfast.Platform.Data;

/// <summary>
/// The database: SQLite or PostgreSQL, chosen by the connection string. Reads go through <see cref="ReadAsync{T}"/>, changes through
/// <see cref="WriteAsync{T}"/>; both hand out a session that speaks the portable SQL of <see cref="Sql"/>.
/// </summary>
public abstract class Db : IAsyncDisposable
{
    private const int Attempts = 8;

    // One broken connection empties the pool of those that broke with it, so one more try reaches a server that is there.
    private const int Reconnects = 2;
    private static readonly TimeSpan ReconnectWithin = TimeSpan.FromSeconds(2);

    // Two lock time-outs: whoever works has given its locks back by then.
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(4);

    /// <summary><c>sqlite</c> or <c>postgresql</c>.</summary>
    public abstract string Name { get; }

    /// <summary>How many batches may be under way at once on one lane; SQLite has a single writer.</summary>
    public abstract int WritersPerLane { get; }

    /// <summary>Added to every reading of the database's clock: lets a simulation jump in time. Zero in production.</summary>
    public TimeSpan ClockSkew { get; set; }

    /// <summary>
    /// Whether a commit that makes cached documents stale leaves a row in <c>cache_invalidations</c>, for caches that live longer than processes.
    /// To be the same for all processes of a database.
    /// </summary>
    public bool KeepsStaleNames { get; set; }

    /// <summary>Called on the committing caller's thread with what a commit has made stale; must neither block nor throw.</summary>
    public event Action<StaleNames>? MadeStale;

    /// <summary>Opens the database that the URL names: <c>postgres://…</c>, <c>sqlite:PATH</c>.</summary>
    public static Db Open(string url) =>
        url.StartsWith("postgres://", StringComparison.Ordinal) || url.StartsWith("postgresql://", StringComparison.Ordinal) ? new PostgresDb(url)
        : url.StartsWith("sqlite:", StringComparison.Ordinal) ? new SqliteDb(url["sqlite:".Length..])
        : throw new ArgumentException("DATABASE_URL must start with postgres:// or sqlite:", nameof(url));

    /// <summary>
    /// Runs reads outside any transaction of ours; each statement sees the last commit. A connection that broke is replaced, and
    /// <paramref name="read"/> runs again.
    /// </summary>
    public async Task<T> ReadAsync<T>(Func<Session, Task<T>> read, CancellationToken ct = default)
    {
        var clock = Stopwatch.StartNew();
        for (var losses = 0; ; losses++)
        {
            try
            {
                return await ReadOnceAsync(read, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (MayReconnect(e, losses, clock))
            {
                // The next try opens another connection.
            }
        }
    }

    /// <summary>Opens a transaction (READ COMMITTED; on SQLite BEGIN IMMEDIATE). Disposing it without a commit rolls back.</summary>
    public abstract Task<Tx> BeginAsync(CancellationToken ct = default);

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction and commits. A deadlock, a lock time-out or a busy file runs it again, some times; so does
    /// a connection that broke before the COMMIT was sent. An exception from it rolls back and is thrown on. Within a request of staff, a service or an
    /// admin, an answer as its result is a change that goes into the audit log, in the same commit.
    /// </summary>
    /// <param name="work">What to do; may run several times.</param>
    /// <param name="ct">Ends the waiting for the transaction to begin. One that has begun is not cut off.</param>
    public async Task<T> WriteAsync<T>(Func<Tx, Task<T>> work, CancellationToken ct = default)
    {
        var clock = Stopwatch.StartNew();
        var losses = 0;
        for (var attempt = 1; ; attempt++)
        {
            var committing = false;
            try
            {
                await using var tx = await BeginAsync(ct).ConfigureAwait(false);
                var result = await work(tx).ConfigureAwait(false);
                if (!tx.IsRolledBack)
                {
                    if (Witness.Current?.Line(result) is { } line)
                    {
                        await AuditLog.NoteAsync(tx, [line]).ConfigureAwait(false);
                    }

                    committing = true;
                    await tx.CommitAsync(ct).ConfigureAwait(false);
                }

                return result;
            }
            catch (Exception e) when (attempt < Attempts && IsTransient(e))
            {
                await FreeStuckAsync(clock.Elapsed).ConfigureAwait(false);
                await Task.Delay(Random.Shared.Next(1, 10 * attempt), ct).ConfigureAwait(false);
            }
            catch (Exception e) when (!committing && MayReconnect(e, losses, clock))
            {
                losses++;
            }
        }
    }

    /// <summary>As <see cref="WriteAsync{T}"/>, without a result.</summary>
    public Task WriteAsync(Func<Tx, Task> work, CancellationToken ct = default) =>
        WriteAsync<object?>(async tx =>
        {
            await work(tx).ConfigureAwait(false);
            return null;
        }, ct);

    /// <summary>Whether running the same transaction again may succeed: deadlock, lock time-out, busy file, guard lost to a concurrent commit.</summary>
    public abstract bool IsTransient(Exception e);

    /// <summary>Whether the connection broke, so that nobody knows yet what became of a COMMIT under way.</summary>
    public abstract bool IsConnectionLost(Exception e);

    /// <summary>Whether the database refused a value or a row: no retry will help, and somebody's input is the cause.</summary>
    public abstract bool IsDataError(Exception e);

    /// <summary>Whether a unique constraint or primary key refused a row; <paramref name="constraint"/> is part of its name or columns.</summary>
    public abstract bool IsUniqueViolation(Exception e, string constraint);

    /// <summary>
    /// What became of a transaction whose COMMIT was not answered: true committed, false rolled back. Waits while it is still in progress,
    /// up to <paramref name="patience"/>; null when it could not be found out.
    /// </summary>
    public abstract Task<bool?> OutcomeAsync(string transactionId, TimeSpan patience, CancellationToken ct = default);

    /// <summary>
    /// For those who have waited for locks for so long, several seconds at least: ends the sessions whose process has stopped in the middle of
    /// a statement. How many there were.
    /// </summary>
    internal async Task<int> FreeStuckAsync(TimeSpan waited)
    {
        try
        {
            return waited < StuckAfter ? 0 : await EndStuckSessionsAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (IsConnectionLost(e))
        {
            return 0;
        }
    }

    /// <summary>
    /// Ends sessions of this application that hold locks and have waited for seconds for their client to send or to read on in the middle of a
    /// statement: the time-out for idle transactions is not for those.
    /// </summary>
    private protected abstract Task<int> EndStuckSessionsAsync();

    /// <summary>Wakes the other processes that listen (<see cref="ListenAsync"/>) when the batch's transaction commits. Nothing on SQLite.</summary>
    internal virtual void Notify(StatementBatch batch)
    {
    }

    /// <summary>
    /// Calls back whenever another process has notified, until it is cancelled or the connection breaks; then it throws. On SQLite nothing is ever
    /// heard: whoever waits has to look by themselves, too.
    /// </summary>
    internal virtual Task ListenAsync(Action heard, CancellationToken ct) => Task.Delay(Timeout.Infinite, ct);

    /// <summary>Runs <paramref name="work"/> while no other process runs work under the same name.</summary>
    internal abstract Task ExclusivelyAsync(string name, Func<Task> work, CancellationToken ct);

    public abstract ValueTask DisposeAsync();

    /// <summary>Tells caches what a commit has made stale.</summary>
    internal void Tell(StaleNames? names)
    {
        if (names is not null)
        {
            MadeStale?.Invoke(names);
        }
    }

    private protected abstract Task<T> ReadOnceAsync<T>(Func<Session, Task<T>> read, CancellationToken ct);

    // A server that cannot be reached must be told at once, not after several time-outs.
    private bool MayReconnect(Exception e, int losses, Stopwatch clock) => losses < Reconnects && clock.Elapsed < ReconnectWithin && IsConnectionLost(e);
}

/// <summary>A value that no column can hold, refused before the database saw it.</summary>
internal sealed class UnstorableException(string message) : Exception(message);

/// <summary>An update lost against its guard (WHERE id AND version): what was read is no longer so. The batch runs again.</summary>
public sealed class StaleRowException(string message) : Exception(message);
