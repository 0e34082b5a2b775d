using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Caching.Redis;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Caching;

/// <summary>
/// A process as far as caching goes: a cache with its background work over a connection of its own, and things that it reads and writes.
/// </summary>
internal sealed class CacheNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private int _reads;

    private CacheNode(Db db, ServiceProvider services, TestLog log) => (Db, _services, Log) = (db, services, log);

    public Db Db { get; }

    public TestLog Log { get; }

    /// <summary>How often the database was read for a thing.</summary>
    public int Reads => _reads;

    /// <summary>How long each of these took.</summary>
    public ConcurrentQueue<TimeSpan> Loads { get; } = new();

    public HybridCache Cache => _services.GetRequiredService<HybridCache>();

    public Documents Documents => _services.GetRequiredService<Documents>();

    public RedisLink Link => _services.GetRequiredService<RedisLink>();

    public static string Key(int thing) => $"thing:{thing.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The table of the things.</summary>
    public static Task PrepareAsync(Db db) =>
        db.WriteAsync(tx => tx.ExecuteAsync("CREATE TABLE IF NOT EXISTS things (id bigint PRIMARY KEY, version bigint NOT NULL)"));

    public static async Task<CacheNode> StartAsync(TestDb database, CacheOptions options)
    {
        var (db, log) = (database.Open(), new TestLog());
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(log));
        CacheModule.Add(services, db, options);
        var node = new CacheNode(db, services.BuildServiceProvider(), log);
        foreach (var service in node._services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }

        return node;
    }

    public Task UsesRedisAsync() => Until.TrueAsync("Redis is used", () => Link.IsUsable);

    /// <summary>The version of a thing as this node says it is, 0 where it says that there is none; and whether it was cached.</summary>
    public async Task<(long Version, bool IsHit)> ReadAsync(int thing, params string[] tags)
    {
        var found = await Documents.FindAsync(Key(thing), (Node: this, thing), static (s, ct) => s.Node.LoadAsync(s.thing, ct), tags);
        return (found.Document.IsNone ? 0 : long.Parse(Encoding.UTF8.GetString(found.Document.Body.Span), CultureInfo.InvariantCulture),
            found.IsHit);
    }

    /// <summary>Writes the version and notes what that makes stale.</summary>
    /// <param name="db">Another connection, such as that of a process that dies right after its commit.</param>
    public Task WriteAsync(int thing, long version, bool immediately = true, string? stale = null, Db? db = null) =>
        (db ?? Db).WriteAsync(async tx =>
    {
        await tx.ExecuteAsync("INSERT INTO things (id, version) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET version = excluded.version",
            (long)thing, version);
        tx.Invalidate(stale ?? Key(thing), immediately);
    });

    /// <summary>How many rows say what is stale.</summary>
    public Task<long> RowsAsync() => Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM cache_invalidations", r => r.Long(0)));

    /// <summary>
    /// Ends it as a crash would: it is not heard of any more, and nothing that waits is done. What reads it still may finish.
    /// </summary>
    public async Task StopAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>())
        {
            await service.StopAsync(CancellationToken.None);
        }

        if (_services.GetService<RedisLink>() is { } link)
        {
            await link.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _services.DisposeAsync();
    }

    private async Task<Document> LoadAsync(int thing, CancellationToken ct)
    {
        Interlocked.Increment(ref _reads);
        var clock = Stopwatch.StartNew();
        var version = await Db.ReadAsync(s => s.FirstAsync("SELECT version FROM things WHERE id = $1", r => (long?)r.Long(0), (long)thing),
            ct);
        Loads.Enqueue(clock.Elapsed);
        return version is { } known ? Document.Of(known, known) : Document.None;
    }
}
