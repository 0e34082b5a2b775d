using Holdfast.Identity.Core;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Audit;
using Microsoft.Extensions.Logging;

namespace Holdfast.Identity;

/// <summary>
/// Removes what has run out, once an hour: failed sign-ins of yesterday, links, sessions. Any number of workers may run it.
/// </summary>
internal sealed class IdentitySweep(Db db, ILogger<IdentitySweep> log) : Sweep(db, Interval, int.MaxValue, log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Returns the number of rows removed.</summary>
    public override Task<int> SweepOnceAsync(CancellationToken ct = default) => Db.WriteAsync(async tx =>
    {
        var now = await tx.NowAsync();
        var batch = tx.Batch();
        var attempts = batch.Execute("DELETE FROM sign_in_attempts WHERE last_at < $1", now - Lockout.Forgotten);
        var origins = batch.Execute("DELETE FROM sign_in_origins WHERE last_at < $1", now - Lockout.Forgotten);
        var asked = batch.Execute("DELETE FROM asked_mails WHERE last_at < $1", now - TimeSpan.FromDays(1));
        var links = batch.Execute("DELETE FROM one_time_links WHERE expires_at < $1", now);
        var sessions = batch.Execute("DELETE FROM sessions WHERE expires_at < $1", now);
        AuditLog.ForgetAddresses(batch, now);
        await batch.RunAsync();
        return attempts.Count + origins.Count + asked.Count + links.Count + sessions.Count;
    }, ct);
}
