using Holdfast.Platform.Data.Postgres;

namespace Holdfast.Platform.Data;

/// <summary>The kind of work of the current asynchronous flow; <see cref="DbWork.Background"/> unless another kind was set.</summary>
public static class CurrentWork
{
    private static readonly AsyncLocal<DbWork> Current = new();

    public static DbWork Kind => Current.Value;

    /// <summary>Sets the kind of work until the calling method ends, including the methods that it calls.</summary>
    public static void Is(DbWork kind) => Current.Value = kind;

    /// <summary>
    /// How long a statement may stay unanswered before its connection counts as lost. Statements of <see cref="DbWork.Background"/> may
    /// take long: the server is asked whether it works on them (<see cref="PostgresProbe"/>), so that a silence is noticed within about ten
    /// seconds.
    /// </summary>
    internal static TimeSpan StatementLimit(DbWork work) => work switch
    {
        DbWork.Batches or DbWork.Writes or DbWork.Placement => TimeSpan.FromSeconds(3),
        DbWork.Reads => TimeSpan.FromSeconds(5),
        _ => TimeSpan.FromSeconds(65),
    };

    /// <summary>How long COMMIT may stay unanswered before its outcome is looked up. Nothing cancels the COMMIT.</summary>
    internal static TimeSpan CommitLimit(DbWork work) => work switch
    {
        DbWork.Batches or DbWork.Writes or DbWork.Placement => TimeSpan.FromSeconds(3),
        DbWork.Reads => TimeSpan.FromSeconds(4),
        _ => TimeSpan.FromSeconds(60),
    };
}
