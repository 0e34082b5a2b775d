using Holdfast.Orders.Core;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orders;

/// <summary>
/// Gives the stock of overdue orders back. It only cleans up: every decision checks the time itself. Any number of workers may run it;
/// rows that somebody is busy with are passed over.
/// </summary>
public sealed class ExpirySweep(Db db, ChangeQueue queue, ILogger<ExpirySweep> log) : BackgroundService
{
    private const int BatchSize = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Expires up to a batch of overdue orders; how many it was done with.</summary>
    public async Task<int> SweepOnceAsync(CancellationToken ct = default)
    {
        var due = await db.ReadAsync(async session =>
        {
            var now = await session.NowAsync().ConfigureAwait(false);
            return await session.QueryAsync(
                $"SELECT id, store_id FROM orders WHERE status = 'pending' AND expires_at <= $1 ORDER BY expires_at LIMIT {BatchSize} {{skip locked}}",
                r => (Id: r.Uuid(0), StoreId: r.Uuid(1)), now).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
        var outcomes = await Task.WhenAll(due.Select(d => queue.ChangeAsync(new Changing(new ExpireCommand(d.Id, d.StoreId, "system"), null)))).ConfigureAwait(false);
        foreach (var error in outcomes.Where(o => !o.IsOk).Select(o => o.Error!).DistinctBy(e => e.Code))
        {
            log.LogWarning("An overdue order was not expired ({Code}); the next sweep tries again", error.Code);
        }

        return outcomes.Count(o => o.IsOk);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var done = 0;
            try
            {
                done = await SweepOnceAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                log.LogError(e, "The expiry sweep failed; it goes on");
            }

            if (done < BatchSize)
            {
                await Task.Delay(Interval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
