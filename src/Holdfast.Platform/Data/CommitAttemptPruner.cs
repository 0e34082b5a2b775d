using Holdfast.Platform.Background;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Data;

/// <summary>Removes the rows of commit attempts that nobody asks about any more.</summary>
public sealed class CommitAttemptPruner(Db db, ILogger<CommitAttemptPruner> log) : Sweep(db, Interval, MaxAtOnce, log)
{
    /// <summary>Far longer than a transaction may live, or a caller may ask.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromHours(1);

    private const int MaxAtOnce = 10_000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Removes up to 10,000 attempts that are past their time. Returns the number removed.</summary>
    public override async Task<int> SweepOnceAsync(CancellationToken ct = default)
    {
        var old = await Db.ReadAsync(async session =>
        {
            // The ids grow with time and so are their own index; the time beside them is the database's, whatever the clock of the process
            // says that made the id.
            var before = await session.NowAsync() - Retention;
            return await session.QueryAsync(
                $"SELECT id FROM commit_attempts WHERE id < $1 AND created_at < $2 ORDER BY id LIMIT {MaxAtOnce}", r => r.Uuid(0),
                Guid.CreateVersion7(before), before);
        }, ct);
        var pruned = 0;
        await foreach (var slice in Db.WriteInSlicesAsync(old,
            (tx, ids) => tx.ExecuteAsync("DELETE FROM commit_attempts WHERE id {in $1}", ids.ToArray()), ct))
        {
            pruned += slice;
        }

        return pruned;
    }
}
