namespace Holdfast.Platform.Data;

/// <summary>What a failure says about the database, and so what to do next.</summary>
public enum DbFault
{
    /// <summary>The database's state is not the cause: a bug of ours, a broken CHECK, a failure from elsewhere. No retry helps.</summary>
    Other,

    /// <summary>
    /// A deadlock, a lock time-out, a busy file, a guard lost to a concurrent commit: the same transaction may succeed at once.
    /// </summary>
    Contention,

    /// <summary>
    /// A unique constraint refused a row: somebody else committed it after it was looked for. Judged again, the command gets its own
    /// answer.
    /// </summary>
    Taken,

    /// <summary>A value that no column can hold: the caller's input is the cause.</summary>
    Value,

    /// <summary>The connection broke or fell silent. The outcome of a COMMIT under way is unknown.</summary>
    Lost,

    /// <summary>
    /// The database answers but cannot do the work now: connections, disk or memory are used up, it is read-only, or the statement was
    /// cancelled. Nothing was changed.
    /// </summary>
    NotNow,
}
