namespace Holdfast.Platform.Data;

/// <summary>
/// What statements are run for. Each kind has connections of its own: neither slow reads nor background work can take those that orders need.
/// </summary>
public enum DbWork
{
    /// <summary>Sweeps, the relay, consumers, senders, commands: nobody waits for an answer within seconds.</summary>
    Background,

    /// <summary>What a request reads or writes by itself.</summary>
    Requests,

    /// <summary>Batches: placing and changing orders, reservations. Callers get an answer within 5 s, so a statement has 3.</summary>
    Placing,
}

/// <summary>The kind of work of the current asynchronous flow; <see cref="DbWork.Background"/> unless somebody has said otherwise.</summary>
public static class CurrentWork
{
    private static readonly AsyncLocal<DbWork> Current = new();

    public static DbWork Kind => Current.Value;

    /// <summary>From here to the end of the calling method, and in what it calls, statements count as work of this kind.</summary>
    public static void Is(DbWork kind) => Current.Value = kind;

    /// <summary>How long a statement may stay without an answer before its connection counts as lost.</summary>
    internal static TimeSpan StatementLimit(DbWork work) => work switch
    {
        DbWork.Placing => TimeSpan.FromSeconds(3),
        DbWork.Requests => TimeSpan.FromSeconds(5),
        _ => TimeSpan.FromSeconds(65),
    };

    /// <summary>How long COMMIT may stay without an answer before its outcome is asked for. Nothing cancels it.</summary>
    internal static TimeSpan CommitLimit(DbWork work) => work switch
    {
        DbWork.Placing => TimeSpan.FromSeconds(3),
        DbWork.Requests => TimeSpan.FromSeconds(4),
        _ => TimeSpan.FromSeconds(60),
    };
}
