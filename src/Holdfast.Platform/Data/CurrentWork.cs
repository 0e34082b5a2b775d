using Holdfast.Platform.Data.Postgres;

namespace Holdfast.Platform.Data;

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
