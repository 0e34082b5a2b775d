namespace Holdfast.Platform.Data;

/// <summary>
/// What statements are run for. Each kind has connections of its own: neither slow reads nor background work can take those that changes
/// need.
/// </summary>
public enum DbWork
{
    /// <summary>Sweeps, the relay, consumers, senders, commands: nobody waits for an answer within seconds.</summary>
    Background,

    /// <summary>Requests that only read.</summary>
    Reads,

    /// <summary>
    /// Requests that change something: what they do before and beside a batch. Callers get an answer within 5 s, so a statement has 3.
    /// </summary>
    Writes,

    /// <summary>Batches: placing and changing orders, reservations. They have as long as <see cref="Writes"/>.</summary>
    Batches,

    /// <summary>
    /// What a request that places an order does before and beside its batch: it reads the cart. Other changes, which may wait for busy
    /// rows, do not keep it waiting. It has as long as <see cref="Writes"/>.
    /// </summary>
    Placement,
}

/// <summary>
/// The kind of work of the current asynchronous flow; <see cref="DbWork.Background"/> unless somebody has said otherwise.
/// </summary>
public static class CurrentWork
{
    private static readonly AsyncLocal<DbWork> Current = new();

    public static DbWork Kind => Current.Value;

    /// <summary>From here to the end of the calling method, and in what it calls, statements count as work of this kind.</summary>
    public static void Is(DbWork kind) => Current.Value = kind;

    /// <summary>
    /// How long a statement may stay without an answer before its connection counts as lost. Those of <see cref="DbWork.Background"/> may
    /// take long; that the server works on them is asked for (<see cref="PostgresProbe"/>), so that a silence is noticed within
    /// ten seconds or so.
    /// </summary>
    internal static TimeSpan StatementLimit(DbWork work) => work switch
    {
        DbWork.Batches or DbWork.Writes or DbWork.Placement => TimeSpan.FromSeconds(3),
        DbWork.Reads => TimeSpan.FromSeconds(5),
        _ => TimeSpan.FromSeconds(65),
    };

    /// <summary>How long COMMIT may stay without an answer before its outcome is asked for. Nothing cancels it.</summary>
    internal static TimeSpan CommitLimit(DbWork work) => work switch
    {
        DbWork.Batches or DbWork.Writes or DbWork.Placement => TimeSpan.FromSeconds(3),
        DbWork.Reads => TimeSpan.FromSeconds(4),
        _ => TimeSpan.FromSeconds(60),
    };
}
