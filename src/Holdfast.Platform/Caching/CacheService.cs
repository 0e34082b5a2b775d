using Holdfast.Platform.Caching.Redis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Caching;

/// <summary>
/// The cache's background work: it drops the collected names and processes the rows that other processes have left. It runs in every
/// process that has a cache, whatever its role.
/// </summary>
internal sealed class CacheService(Invalidations invalidations, ILogger<CacheService> log, RedisLink? link = null,
    InvalidationTable? rows = null)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _end = new();
    private Task _flushing = Task.CompletedTask;
    private Task _sweeping = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (link is not null && rows is not null)
        {
            link.Prepare = rows.DropAllAsync;
            link.Start();
            _sweeping = RepeatAsync(rows.SweepAsync, "Invalidations of other processes could not be read");
        }

        _flushing = RepeatAsync(invalidations.FlushAsync, "Rows of finished invalidations could not be deleted");
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _end.CancelAsync();
        await Task.WhenAll(_flushing, _sweeping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _end.Dispose();

    private async Task RepeatAsync(Func<Task> work, string failure)
    {
        var isSaid = false;
        while (!_end.IsCancellationRequested)
        {
            await Task.Delay(Pause, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await work();
                isSaid = false;
            }
            catch (Exception e)
            {
                // The rows are still there: they are done by the next sweep of whichever process.
                log.Log(isSaid ? LogLevel.Debug : LogLevel.Warning, "{Failure}: {Reason}", failure, e.Message);
                isSaid = true;
            }
        }
    }
}
