namespace Holdfast.Platform.Data;

/// <summary>What a failure says about the database, and so what to do next.</summary>
public enum DbFault
{
    /// <summary>Not the database's state: a bug of ours, a broken CHECK, a failure from elsewhere. No retry helps.</summary>
    Other,

    /// <summary>
    /// A deadlock, a lock time-out, a busy file, a guard lost to a concurrent commit: the same transaction may succeed at once.
    /// </summary>
    Contention,

    /// <summary>
    /// A unique constraint refused a row: somebody else has committed it since it was looked for. Judged again, the command gets its own
    /// answer.
    /// </summary>
    Taken,

    /// <summary>A value that no column can hold: the caller's input.</summary>
    Value,

    /// <summary>The connection broke or went silent. What became of a COMMIT under way is unknown.</summary>
    Lost,

    /// <summary>
    /// The database answers and cannot do this now: connections, disk or memory are used up, it is read-only, the statement was cancelled.
    /// Nothing was changed.
    /// </summary>
    NotNow,
}

/// <summary>A value that no column can hold, refused before the database saw it.</summary>
internal sealed class UnstorableException(string message) : Exception(message);

/// <summary>An update lost against its guard (WHERE id AND version): what was read is no longer so. The batch runs again.</summary>
public sealed class StaleRowException(string message) : Exception(message);

/// <summary>The database cannot be used at this moment, and no driver's exception says so.</summary>
public abstract class DatabaseUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The server has not answered a statement within its limit; the connection is left to itself, and the next one is new.</summary>
internal sealed class SilentConnectionException(TimeSpan limit)
    : DatabaseUnavailableException(FormattableString.Invariant($"the database has not answered for {limit.TotalSeconds:0.#} s"));

/// <summary>No connection could be made in time.</summary>
internal sealed class NoConnectionException(Exception inner)
    : DatabaseUnavailableException($"PostgreSQL cannot be reached: {inner.InnerException?.Message ?? inner.Message}", inner);

/// <summary>All connections for this kind of work are in use, for longer than a caller waits.</summary>
internal sealed class ConnectionsUsedUpException(Exception? inner = null)
    : DatabaseUnavailableException("all connections to the database are in use", inner);

/// <summary>The server has committed, and says that a synchronous standby may not have the commit.</summary>
internal sealed class NotReplicatedException(string warning)
    : DatabaseUnavailableException($"COMMIT was answered with a warning: {warning}");

/// <summary>The answer to COMMIT was lost, and it could not be found out in time whether the change was made.</summary>
public sealed class OutcomeUnknownException(Exception inner)
    : DatabaseUnavailableException($"the answer to COMMIT was lost, and its outcome is not known: {inner.Message}", inner);
