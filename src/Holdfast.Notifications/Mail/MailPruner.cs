using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Notifications.Mail;

/// <summary>Forgets messages that were sent, or given up, thirty days ago. Any number of workers may run it.</summary>
internal sealed class MailPruner(Db db, ILogger<MailPruner> log) : Sweep(db, Interval, MaxAtOnce, log)
{
    private const int MaxAtOnce = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Removes at most one batch of those that are past their time. Returns their number.</summary>
    public override Task<int> SweepOnceAsync(CancellationToken ct = default) => Db.WriteAsync(async tx =>
    {
        var before = await tx.NowAsync() - Kept;
        // The ids begin with the time: no other index is needed.
        return await tx.ExecuteAsync(
            "DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE id < $2 AND created_at < $1 AND (sent_at IS NOT NULL "
            + "OR given_up_at < $1 OR expires_at < $1) ORDER BY id "
            + $"LIMIT {MaxAtOnce} {{skip locked}})", before, Guid.CreateVersion7(before));
    }, ct);
}
