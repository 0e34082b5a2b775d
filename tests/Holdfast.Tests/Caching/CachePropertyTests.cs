using System.Diagnostics;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Caching;

/// <summary>
/// Random reads, writes, deaths of nodes and faults of Redis, one after the other: no read fails, and none is older than promised.
/// </summary>
[Slow]
public abstract class CachePropertyTests(Backend backend)
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task No_read_is_older_than_promised()
    {
        var seed = Random.Shared.Next();
        await using var database = await TestDb.CreateAsync(backend);
        await using var cluster = await FaultyCluster.StartAsync(database, new Random(seed));
        await using var dead = Db.Open(database.Url);
        dead.KeepsInvalidatedKeys = true;
        using var watched = new Watched(new Random(seed), 4);
        try
        {
            await watched.RunAsync(cluster.Node, FaultyCluster.Nodes, async () =>
            {
                for (var clock = Stopwatch.StartNew(); clock.Elapsed < Duration;)
                {
                    await cluster.FaultAsync();
                }
            }, bare: dead);
            TestContext.Current.SendDiagnosticMessage($"seed {seed}: {watched.Summary}; {cluster.Told}");
            watched.Check();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}: {cluster.Told}", e);
        }
    }
}

public sealed class CacheProperty_on_sqlite() : CachePropertyTests(Backend.Sqlite);

public sealed class CacheProperty_on_postgresql() : CachePropertyTests(Backend.Postgres);

/// <summary>Three nodes, one of them behind a wire that can be taken away, and a Redis; to all of which things happen.</summary>
internal sealed class FaultyCluster : IAsyncDisposable
{
    public const int Nodes = 3;

    private readonly CacheNode[] _nodes = new CacheNode[Nodes];
    private readonly List<CacheNode> _retired = [];
    private readonly List<string> _told = [];
    private readonly TestDb _database;
    private readonly Random _random;
    private readonly RedisServer _redis;
    private readonly TcpProxy _proxy;

    private FaultyCluster(TestDb database, Random random, RedisServer redis) =>
        (_database, _random, _redis, _proxy) = (database, random, redis, new TcpProxy(redis.Port));

    /// <summary>What has happened so far.</summary>
    public string Told => string.Join(", ", _told);

    public static async Task<FaultyCluster> StartAsync(TestDb database, Random random)
    {
        await CacheNode.PrepareAsync(database.Db);
        var cluster = new FaultyCluster(database, random, await RedisServer.StartAsync());
        for (var i = 0; i < Nodes; i++)
        {
            cluster._nodes[i] = await cluster.NewAsync(i);
        }

        await cluster.AllIsWellAsync();
        return cluster;
    }

    public CacheNode Node(int n) => Volatile.Read(ref _nodes[n]);

    /// <summary>One fault. It returns when all is well: one at a time is what the promise is about.</summary>
    public async Task FaultAsync()
    {
        var pause = _random.Next(100, 1500);
        Func<int, Task>[] faults = [KillAsync, PauseAsync, ForgetAsync, ReplaceAsync, p => WireAsync(_proxy.Break, p),
            p => WireAsync(_proxy.Hush, p)];
        var kind = _random.Next(faults.Length);
        _told.Add($"{kind} for {pause} ms");
        await faults[kind](pause);
        await AllIsWellAsync();
        await Task.Delay(_random.Next(300));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Concat(_retired))
        {
            await node.DisposeAsync();
        }

        await _proxy.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private Task AllIsWellAsync() => Until.TrueAsync("all use Redis", () => _nodes.All(n => n.Link.IsUsable));

    private Task<CacheNode> NewAsync(int n) => CacheNode.StartAsync(_database, _redis.Settings(port: n == 0 ? _proxy.Port : null).Cache);

    private async Task KillAsync(int pause)
    {
        await _redis.KillAsync();
        await Task.Delay(pause);
        await _redis.StartServerAsync();
    }

    private async Task PauseAsync(int pause)
    {
        _redis.Pause();
        await Task.Delay(pause);
        _redis.Resume();
    }

    private Task ForgetAsync(int pause) => _redis.CliAsync(pause % 2 == 0 ? "FLUSHALL" : "SAVE");

    /// <summary>A node ends without doing what it still has to do, and another takes its place.</summary>
    private async Task ReplaceAsync(int pause)
    {
        var n = _random.Next(1, Nodes);
        var old = _nodes[n];
        await old.StopAsync();
        Volatile.Write(ref _nodes[n], await NewAsync(n));
        _retired.Add(old);
    }

    private async Task WireAsync(Action fault, int pause)
    {
        fault();
        await Task.Delay(pause);
        _proxy.Restore();
    }
}
