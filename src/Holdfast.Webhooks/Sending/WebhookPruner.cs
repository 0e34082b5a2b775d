using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Webhooks.Sending;

/// <summary>
/// Forgets deliveries that have ended, and their tries, thirty days after their events. Any number of workers may run it.
/// </summary>
internal sealed class WebhookPruner(Db db, ILogger<WebhookPruner> log) : Sweep(db, Interval, MaxAtOnce, log)
{
    private const int MaxAtOnce = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Removes at most one batch of those that are past their time. Returns their number.</summary>
    public override Task<int> SweepOnceAsync(CancellationToken ct = default) => Db.WriteAsync(async tx =>
    {
        // Under lock: nobody asks for one again, or notes a try, while it goes.
        var old = await tx.QueryAsync(
            $"SELECT id FROM webhook_deliveries WHERE created_at < $1 AND status <> 'pending' ORDER BY created_at LIMIT {MaxAtOnce} "
            + $"{{skip locked}}", r => r.Uuid(0),
            await tx.NowAsync() - Kept);
        if (old.Count > 0)
        {
            var batch = tx.Batch();
            batch.Execute("DELETE FROM webhook_attempts WHERE delivery_id {in $1}", old.ToArray());
            batch.Execute("DELETE FROM webhook_deliveries WHERE id {in $1}", old.ToArray());
            await batch.RunAsync();
        }

        return old.Count;
    }, ct);
}
