using Holdfast.Platform.Data;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Caching;

/// <summary> The services of caching. Another <see cref="HybridCache"/>, registered after this, takes the place of ours; who uses one sees
/// to it that it hears of
/// <see cref="Db.MadeStale"/>.
/// </summary>
public static class CacheModule
{
    public static void Add(IServiceCollection services, Db db, CacheOptions options)
    {
        // Even without a cache of its own, a process must tell those that have one.
        db.KeepsStaleNames |= options.Redis is not null;
        services.AddSingleton(options);
        services.AddSingleton(new MemoryLevel(options.On ? options.MemoryBytes : 0));
        // With the cache off, too: order sessions and rate limits are kept there, and others are told what became stale.
        if (options.Redis is { } redis)
        {
            services.AddSingleton(s =>
                new RedisLink(redis, s.GetRequiredService<MemoryLevel>(), s.GetRequiredService<ILogger<RedisLink>>()));
            services.AddSingleton<RedisLevel>();
            services.AddSingleton(s => new StaleRows(db, s.GetRequiredService<Invalidations>(), s.GetRequiredService<RedisLink>()));
        }

        services.AddSingleton(s => new Invalidations(db, s.GetRequiredService<MemoryLevel>(), s.GetService<RedisLevel>()));
        services.AddSingleton<HybridCache>(s =>
            new TwoLevelCache(options, s.GetRequiredService<MemoryLevel>(), s.GetService<RedisLevel>(),
            s.GetRequiredService<Invalidations>()));
        services.AddSingleton<Documents>();
        services.AddSingleton<ExpiringKeys>();
        services.AddHostedService<CacheService>();
    }
}

/// <summary>
/// What the cache does automatically: collected names are dropped, and the rows that others have left are done. It runs in every process
/// that has a cache, whatever its role.
/// </summary>
internal sealed class CacheService(Invalidations invalidations, ILogger<CacheService> log, RedisLink? link = null, StaleRows? rows = null)
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
            _sweeping = RepeatAsync(rows.SweepAsync, "What others have made stale could not be looked for");
        }

        _flushing = RepeatAsync(invalidations.FlushAsync, "Rows of what was made stale could not be deleted");
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _end.CancelAsync().ConfigureAwait(false);
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
                await work().ConfigureAwait(false);
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
