using System.Text;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Caching.Local;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Caching.Hybrid;

namespace Holdfast.Tests.Caching;

/// <summary>The cache through the framework's own API, and its limits.</summary>
public sealed class TwoLevelCacheTests(SqliteCacheNodes nodes) : IClassFixture<SqliteCacheNodes>
{
    private sealed record Point(int X, string Name);

    [Fact]
    public async Task Keeps_values_of_any_type_for_whoever_uses_the_frameworks_api()
    {
        var (a, b) = (nodes.A.Cache, nodes.B.Cache);
        var key = $"point:{Guid.CreateVersion7()}";
        Assert.Equal(new Point(1, "Đà Nẵng"), await GetAsync(a));
        Assert.Equal(new Point(1, "Đà Nẵng"), await GetAsync(b));

        // Who gets another than its loader makes has it from Redis. A busy machine may miss the time that a filling has.
        await Until.TrueAsync("the other has what was set", async () =>
        {
            await a.SetAsync(key, new Point(2, "Huế"), tags: ["points"]);
            return await GetAsync(a) == new Point(2, "Huế") && await GetAsync(b) == new Point(2, "Huế");
        });
        await b.RemoveByTagAsync("points");
        Assert.Equal(1, (await GetAsync(b)).X);
        await b.RemoveAsync(key);
        Assert.Null(await b.GetOrCreateAsync(key, _ => ValueTask.FromResult<Point?>(new Point(9, "")),
            new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableUnderlyingData }));

        async ValueTask<Point> GetAsync(HybridCache cache) =>
            await cache.GetOrCreateAsync(key, _ => ValueTask.FromResult(new Point(1, "Đà Nẵng")), tags: ["points"]);
    }

    [Fact]
    public async Task What_is_not_there_is_remembered_in_memory_alone_until_it_is_made()
    {
        var thing = nodes.NewThing();
        Assert.Equal((0, false), await nodes.A.ReadAsync(thing));
        await Until.TrueAsync("a hit", async () => await nodes.A.ReadAsync(thing) == (0, true));
        Assert.Null(await nodes.Redis.GetAsync(CacheNode.Key(thing)));
        await nodes.A.WriteAsync(thing, 1);
        Assert.Equal(1, (await nodes.A.ReadAsync(thing)).Version);
    }

    [Fact]
    public async Task A_document_that_is_too_large_stays_out()
    {
        await using var small = await nodes.StartAsync(o => o with { MemoryBytes = 1024 * 1024, Redis = null });
        var (fits, large) = (new byte[60 * 1024], new byte[64 * 1024]);
        foreach (var (body, isKept) in new[] { (fits, true), (large, false) })
        {
            var key = $"body:{body.Length}";
            async Task<bool> IsHitAsync() =>
                (await small.Documents.FindAsync(key, body, static (b, _) => Task.FromResult(new Document(b, null)))).IsHit;
            Assert.False(await IsHitAsync());
            if (isKept)
            {
                await Until.TrueAsync("a hit", IsHitAsync);
            }
            else
            {
                Assert.False(await IsHitAsync());
            }
        }

        var huge = Encoding.ASCII.GetBytes($"\"{new string('x', 1024 * 1024)}\"");
        await nodes.A.Documents.FindAsync("huge", huge, static (b, _) => Task.FromResult(new Document(b, null)));
        var number = 0;
        await Until.TrueAsync("what came later is in Redis", async () =>
        {
            var key = $"after:{number++}";
            await nodes.A.Documents.FindAsync(key, huge, static (_, _) => Task.FromResult(Document.Of(1, 1)));
            return await nodes.Redis.GetAsync(key) is not null;
        });
        Assert.Null(await nodes.Redis.GetAsync("huge"));
    }

    [Fact]
    public async Task Memory_stays_within_its_bound()
    {
        using var memory = new MemoryLevel(1024 * 1024);
        var body = new byte[16 * 1024];
        for (var i = 0; i < 1000; i++)
        {
            var key = $"k{i}";
            memory.Put(key, new Document(body, null), memory.Stamp(key, []), System.Diagnostics.Stopwatch.GetTimestamp(),
                TimeSpan.FromMinutes(1));
        }

        await Until.TrueAsync("few are kept", () => Enumerable.Range(0, 1000).Count(i => memory.Find($"k{i}") is not null) <= 64);
    }

    [Fact]
    public async Task A_failed_load_fails_those_who_waited_and_nobody_after()
    {
        var thing = nodes.NewThing();
        await nodes.A.WriteAsync(thing, 1);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await nodes.A.Documents.FindAsync(CacheNode.Key(thing), 0, Broken));
        Assert.Equal((1, false), await nodes.A.ReadAsync(thing));

        static Task<Document> Broken(int state, CancellationToken ct) => throw new InvalidOperationException("no document today");
    }

    [Fact]
    public async Task Whoever_goes_away_stops_nobody_else()
    {
        var thing = nodes.NewThing();
        TaskCompletionSource go = new();
        using var gone = new CancellationTokenSource();
        var first = nodes.A.Documents.FindAsync(CacheNode.Key(thing), go.Task, static async (g, _) =>
        {
            await g;
            return Document.Of(4, 4);
        }, ct: gone.Token).AsTask();
        var second = nodes.A.ReadAsync(thing);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        go.SetResult();
        Assert.Equal((4, true), await second);
    }

    [Fact]
    public async Task A_rolled_back_write_invalidates_nothing()
    {
        var thing = nodes.NewThing();
        await nodes.A.WriteAsync(thing, 1);
        await Until.TrueAsync("a hit", async () => (await nodes.A.ReadAsync(thing)).IsHit);
        var told = 0;
        nodes.A.Db.Invalidated += Count;
        await nodes.A.Db.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("DELETE FROM things WHERE id = $1", (long)thing);
            tx.Invalidate(CacheNode.Key(thing));
            await tx.RollbackAsync();
        });
        nodes.A.Db.Invalidated -= Count;
        Assert.Equal(0, told);
        await Until.TrueAsync("a hit", async () => await nodes.A.ReadAsync(thing) == (1, true));

        void Count(InvalidatedKeys names) => told += names.Immediate.Contains(CacheNode.Key(thing)) ? 1 : 0;
    }
}
