using Holdfast.Platform.Caching.Local;
using Holdfast.Platform.Caching.Redis;
using Holdfast.Platform.Data;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Caching;

/// <summary>
/// Registers the caching services. Another <see cref="HybridCache"/> that is registered later replaces this one; it must then subscribe to
/// <see cref="Db.Invalidated"/> itself.
/// </summary>
public static class CacheModule
{
    public static void Add(IServiceCollection services, Db db, CacheOptions options)
    {
        // Even without a cache of its own, a process must tell those that have one.
        db.KeepsInvalidatedKeys |= options.Redis is not null;
        services.AddSingleton(options);
        services.AddSingleton(new MemoryLevel(options.On ? options.MemoryBytes : 0));
        // With the cache off, too: order sessions and rate limits are kept there, and others are told of invalidated keys.
        if (options.Redis is { } redis)
        {
            services.AddSingleton(s =>
                new RedisLink(redis, s.GetRequiredService<MemoryLevel>(), s.GetRequiredService<ILogger<RedisLink>>()));
            services.AddSingleton<RedisLevel>();
            services.AddSingleton(s => new InvalidationTable(db, s.GetRequiredService<Invalidations>(), s.GetRequiredService<RedisLink>()));
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
