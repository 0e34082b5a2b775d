using Holdfast.Platform.Caching.Local;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Caching;

/// <summary>Nodes that go on reading and writing while something happens to their Redis, or to one of them.</summary>
[Slow]
public abstract class CacheFaultTests(Backend backend)
{
    /// <summary>So long that an answer would be seen to be old if memory were trusted through the fault.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Goes_on_while_Redis_is_killed_paused_flushed_restarted_and_full()
    {
        await using var database = await TestDb.CreateAsync(backend);
        await CacheNode.PrepareAsync(database.Db);
        await using var redis = await RedisServer.StartAsync();
        await using var a = await CacheNode.StartAsync(database, redis.Settings().Cache);
        await using var b = await CacheNode.StartAsync(database, redis.Settings(o => o with { MemoryBytes = 0 }).Cache);
        CacheNode[] nodes = [a, b];
        foreach (var node in nodes)
        {
            await node.UsesRedisAsync();
        }

        using var watched = new Watched(new Random(1), 5);
        await watched.RunAsync(n => nodes[n], nodes.Length, async () =>
        {
            await LoseAsync(redis, nodes);
            await FillAsync(redis, nodes);
        });
        TestContext.Current.SendDiagnosticMessage(watched.Summary);
        watched.Check();
        watched.CheckLatency(nodes);
        await Until.TrueAsync("no rows are left", async () => await a.RowsAsync() == 0);
    }

    [Fact]
    public async Task A_Redis_that_comes_back_with_old_values_serves_none_of_them()
    {
        await using var database = await TestDb.CreateAsync(backend);
        await CacheNode.PrepareAsync(database.Db);
        await using var redis = await RedisServer.StartAsync();
        await using var a = await CacheNode.StartAsync(database, redis.Settings(o => o with { MemoryBytes = 0 }).Cache);
        await a.UsesRedisAsync();
        await a.WriteAsync(1, 1);
        await a.WriteAsync(2, 1);
        await Until.TrueAsync("hits in Redis", async () => await a.ReadAsync(1) == (1, true) && await a.ReadAsync(2) == (1, true));
        await redis.CliAsync("SAVE");
        await a.WriteAsync(1, 2);
        await a.WriteAsync(2, 3);
        await Until.TrueAsync("Redis has been told, and forgets it", async () => await a.RowsAsync() == 0);
        var told = Told();
        await redis.KillAsync();
        await a.WriteAsync(1, 3);
        Assert.Equal(3, (await a.ReadAsync(1)).Version);
        await Until.TrueAsync("it is noticed", () => !a.Link.IsUsable);
        Assert.True(Told() <= told + 1, a.Log.ToString());
        await redis.StartServerAsync();
        Assert.StartsWith("1\n", System.Text.Encoding.UTF8.GetString((await redis.GetAsync(CacheNode.Key(1)))!), StringComparison.Ordinal);
        await OnlyThreeAsync(a, 1);
        await OnlyThreeAsync(a, 2);
        Assert.NotEqual(0, Told());

        // A busy machine may lose sight of a Redis that is well, before and after: of the death it is told once.
        int Told() => a.Log.Lines.Count(l => l.Contains("is not used", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_became_stale_during_a_silence_is_dropped_before_anything_is_believed_again()
    {
        await using var database = await TestDb.CreateAsync(backend);
        await CacheNode.PrepareAsync(database.Db);
        await using var redis = await RedisServer.StartAsync();
        await using var proxy = new TcpProxy(redis.Port);
        await using var a = await CacheNode.StartAsync(database, redis.Settings(port: proxy.Port).Cache);
        await using var b = await CacheNode.StartAsync(database, redis.Settings(o => o with { MemoryBytes = 0 }).Cache);
        await a.UsesRedisAsync();
        await b.UsesRedisAsync();

        // Redis held its breath: it still has what was right before, and nobody could tell it.
        await b.WriteAsync(1, 1);
        await Until.TrueAsync("a hit in Redis", async () => await b.ReadAsync(1) == (1, true));
        redis.Pause();
        await GivesUpAsync("SIGSTOP", [b]);
        await b.WriteAsync(1, 3);
        redis.Resume();
        await OnlyThreeAsync(b, 1);

        // One did not hear what the other told everybody.
        await a.UsesRedisAsync();
        await b.WriteAsync(2, 1);
        await Until.TrueAsync("a hit in memory", async () => await a.ReadAsync(2) == (1, true));
        proxy.Break();
        await GivesUpAsync("the cut", [a]);
        await b.WriteAsync(2, 3);
        await Until.TrueAsync("all is told", async () => await b.RowsAsync() == 0);
        await Task.Delay(MemoryLevel.Trust);
        proxy.Restore();
        await a.UsesRedisAsync();
        await OnlyThreeAsync(a, 2);
    }

    [Fact]
    public async Task A_write_is_seen_by_others_when_its_writer_cannot_reach_Redis_or_has_died()
    {
        await using var database = await TestDb.CreateAsync(backend);
        await CacheNode.PrepareAsync(database.Db);
        await using var redis = await RedisServer.StartAsync();
        await using var proxy = new TcpProxy(redis.Port);
        await using var cut = await CacheNode.StartAsync(database, redis.Settings(port: proxy.Port).Cache);
        await using var other = await CacheNode.StartAsync(database, redis.Settings().Cache);
        await cut.UsesRedisAsync();
        await other.UsesRedisAsync();

        // As a process that ends between its commit and what should follow, or a command without a cache.
        await using var dead = Db.Open(database.Url);
        dead.KeepsInvalidatedKeys = true;

        using var watched = new Watched(new Random(2), 3);
        await watched.RunAsync(_ => other, 1, async () =>
        {
            foreach (var fault in new Action[] { proxy.Break, proxy.Hush, () => { } })
            {
                fault();
                for (var i = 0; i < 15; i++)
                {
                    await watched.WriteAsync(cut, i % 3 == 0 ? dead : null);
                    await Task.Delay(100);
                }

                proxy.Restore();
                await cut.UsesRedisAsync();
            }
        });
        TestContext.Current.SendDiagnosticMessage(watched.Summary);
        watched.Check();
        await Until.TrueAsync("no rows are left", async () => await other.RowsAsync() == 0);
        for (var thing = 1; thing <= 3; thing++)
        {
            Assert.Equal((await other.ReadAsync(thing)).Version, (await cut.ReadAsync(thing)).Version);
        }
    }

    [Fact]
    public async Task Many_rows_become_few_while_nobody_reaches_Redis()
    {
        await using var database = await TestDb.CreateAsync(backend);
        await CacheNode.PrepareAsync(database.Db);
        await using var redis = await RedisServer.StartAsync();
        await using var a = await CacheNode.StartAsync(database, redis.Settings().Cache);
        await a.UsesRedisAsync();
        await a.WriteAsync(1, 1);
        await redis.KillAsync();
        await a.WriteAsync(1, 2);
        await a.Db.WriteAsync(async tx =>
        {
            var rows = new RowSet("cache_invalidations", new("id", ColumnType.Uuid), new("names", ColumnType.Text),
                new("created_at", ColumnType.Time));
            var now = await tx.NowAsync();
            for (var i = 0; i < 2000; i++)
            {
                rows.Add(Guid.CreateVersion7()).Add(string.Join('\n', Enumerable.Range(0, 4).Select(n => $"thing:{i}-{n}"))).Add(now);
            }

            var batch = tx.Batch();
            batch.Insert(rows);
            await batch.RunAsync();
        });
        await Until.TrueAsync("few are left", async () => await a.RowsAsync() < 310);
        Assert.Contains(InvalidatedKeys.Everything,
            await a.Db.ReadAsync(s => s.QueryAsync("SELECT names FROM cache_invalidations", r => r.Text(0))));
        await redis.StartServerAsync();
        await Until.TrueAsync("none is left", async () => await a.RowsAsync() == 0);
        Assert.Equal(2, (await a.ReadAsync(1)).Version);
    }

    private static async Task LoseAsync(RedisServer redis, CacheNode[] nodes)
    {
        await HitsAsync(nodes);
        await redis.KillAsync();
        await GivesUpAsync("kill -9", nodes);
        await Task.Delay(Long);
        await redis.StartServerAsync();
        await ReturnsAsync(nodes);

        redis.Pause();
        await GivesUpAsync("SIGSTOP", nodes);
        await Task.Delay(Long);
        redis.Resume();
        await ReturnsAsync(nodes);

        await redis.CliAsync("FLUSHALL");
        await redis.CliAsync("SCRIPT", "FLUSH");
        await HitsAsync(nodes);

        // What it had on its disk comes back with it.
        await redis.CliAsync("SAVE");
        await HitsAsync(nodes);
        await redis.KillAsync();
        await redis.StartServerAsync();
        await ReturnsAsync(nodes);
    }

    private static async Task FillAsync(RedisServer redis, CacheNode[] nodes)
    {
        // Full, and told to refuse: what is there may be read and dropped, and nothing is added.
        await redis.CliAsync("CONFIG", "SET", "maxmemory", "1");
        await HitsAsync(nodes[..1]);
        await redis.CliAsync("CONFIG", "SET", "maxmemory", "0");
        await HitsAsync(nodes);

        // Full, and told to forget.
        await redis.CliAsync("CONFIG", "SET", "maxmemory-policy", "allkeys-random");
        await redis.CliAsync("CONFIG", "SET", "maxmemory", "1");
        await HitsAsync(nodes[..1]);
        await redis.CliAsync("CONFIG", "SET", "maxmemory", "0");
        await ReturnsAsync(nodes);
    }

    private static Task OnlyThreeAsync(CacheNode node, int thing) => Until.TrueAsync("a hit", async () =>
    {
        var (version, isHit) = await node.ReadAsync(thing);
        Assert.Equal(3, version);
        return isHit;
    });

    private static async Task GivesUpAsync(string fault, CacheNode[] nodes)
    {
        await Until.TrueAsync($"{fault} is noticed", () => nodes.All(n => !n.Link.IsUsable));
        Assert.All(nodes, n => Assert.Null(n.Link.LatencyMs));
    }

    private static async Task ReturnsAsync(CacheNode[] nodes)
    {
        await Until.TrueAsync("Redis is used again", () => nodes.All(n => n.Link.IsUsable));
        await HitsAsync(nodes);
    }

    private static async Task HitsAsync(CacheNode[] nodes)
    {
        foreach (var node in nodes)
        {
            await Until.TrueAsync("hits", async () => (await node.ReadAsync(1)).IsHit);
        }
    }
}

public sealed class CacheFaults_on_sqlite() : CacheFaultTests(Backend.Sqlite);

public sealed class CacheFaults_on_postgresql() : CacheFaultTests(Backend.Postgres);
