using System.Diagnostics;
using Holdfast.Configuration;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Bench.Sections;

/// <summary>The steps of a cached read alone, in this process: a hit in memory, and a token that was checked before.</summary>
internal static class CachedReadsSteps
{
    private const int Times = 2_000_000;

    public static async Task MeasureAsync(Bench bench, string url, string token)
    {
        await using var db = Db.Open(url);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole());
        Server.AddModules(services, db, new Settings { RateLimits = false });
        await using var provider = services.BuildServiceProvider();
        await Server.PrepareAsync(provider);
        var cache = provider.GetRequiredService<HybridCache>();
        var tokens = provider.GetRequiredService<ITokenReader>();
        var document = new Document(new byte[500], "\"1\"");
        if (await tokens.ReadAsync(token) is null)
        {
            throw new BenchException("the token is not good");
        }

        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            await AddAsync(bench, Names.MemoryHit, Names.MemoryHitBytes,
                () => cache.GetOrCreateAsync("product:01900000-0000-7000-8002-000000000000", document,
                static (d, _) => new ValueTask<Document>(d)));
            await AddAsync(bench, Names.TokenCheck, null, () => tokens.ReadAsync(token));
        }
    }

    private static async Task AddAsync<T>(Bench bench, string series, string? bytes, Func<ValueTask<T>> step)
    {
        await RepeatAsync(step);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        await RepeatAsync(step);
        bench.Numbers.Add(series, "ns", Stopwatch.GetElapsedTime(start).TotalNanoseconds / Times);
        if (bytes is not null)
        {
            bench.Numbers.Add(bytes, "bytes", (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / Times);
        }
    }

    private static async Task RepeatAsync<T>(Func<ValueTask<T>> step)
    {
        for (var i = 0; i < Times; i++)
        {
            await step();
        }
    }
}
