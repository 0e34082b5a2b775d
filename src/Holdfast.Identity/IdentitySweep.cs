using Holdfast.Platform.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Identity;

/// <summary>Removes what has run out, once an hour: failed sign-ins of yesterday, links, sessions. Any number of workers may run it.</summary>
internal sealed class IdentitySweep(Db db, ILogger<IdentitySweep> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>How many rows it removed.</summary>
    public Task<int> SweepOnceAsync(CancellationToken ct = default) => db.WriteAsync(async tx =>
    {
        var now = await tx.NowAsync().ConfigureAwait(false);
        var batch = tx.Batch();
        var attempts = batch.Execute("DELETE FROM sign_in_attempts WHERE last_at < $1", now - Lockout.Forgotten);
        var links = batch.Execute("DELETE FROM one_time_links WHERE expires_at < $1", now);
        var sessions = batch.Execute("DELETE FROM sessions WHERE expires_at < $1", now);
        await batch.RunAsync().ConfigureAwait(false);
        return attempts.Count + links.Count + sessions.Count;
    }, ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SweepOnceAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                log.LogError(e, "Removing what has run out of sign-in failed; it is tried again in an hour");
            }

            await Task.Delay(Interval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
