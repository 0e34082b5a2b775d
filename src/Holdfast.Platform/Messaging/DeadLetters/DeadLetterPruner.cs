using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Messaging.DeadLetters;

/// <summary>Removes dead letters that nobody has handled for a month.</summary>
public sealed class DeadLetterPruner(Db db, ILogger<DeadLetterPruner> log) : Sweep(db, Interval, MaxAtOnce, log)
{
    /// <summary>How long they are kept.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    private const int MaxAtOnce = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Removes at most one batch of those that are past their time. Returns their number.</summary>
    public override Task<int> SweepOnceAsync(CancellationToken ct = default) => Db.WriteAsync(async tx => await tx.ExecuteAsync(
        $"DELETE FROM dead_letters WHERE id IN (SELECT id FROM dead_letters WHERE created_at < $1 ORDER BY created_at LIMIT {MaxAtOnce})",
        await tx.NowAsync() - Retention), ct);
}
