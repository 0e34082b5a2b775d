using System.Diagnostics;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Caching;

/// <summary>Random reads, writes, deaths of nodes and faults of Redis, one after the other: no read fails, and none is older than promised.</summary>
public abstract class CachePropertyTests(Backend backend)
{
    private const int Nodes = 3;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task No_read_is_older_than_promised()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        await using var database = await TestDb.CreateAsync(backend);
        await CacheNode.PrepareAsync(database.Db);
        await using var redis = await RedisServer.StartAsync();
        await using var proxy = new TcpProxy(redis.Port);
        await using var dead = Db.Open(database.Url);
        dead.KeepsStaleNames = true;
        var nodes = new CacheNode[Nodes];
        for (var i = 0; i < Nodes; i++)
        {
            nodes[i] = await StartAsync(i);
        }

        var retired = new List<CacheNode>();
        using var watched = new Watched(new Random(seed), 4);
        var told = new List<string>();
        try
        {
            await watched.RunAsync(n => Volatile.Read(ref nodes[n]), Nodes, FaultsAsync, bare: dead);
            TestContext.Current.SendDiagnosticMessage($"{watched.Summary}; {string.Join(", ", told)}");
            watched.Check();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}: {string.Join(", ", told)}", e);
        }
        finally
        {
            foreach (var node in nodes.Concat(retired))
            {
                await node.DisposeAsync();
            }
        }

        async Task FaultsAsync()
        {
            await Until.TrueAsync("all use Redis", () => nodes.All(n => n.Link.IsUsable), 30);
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < Duration;)
            {
                await FaultAsync(random.Next(6));
                // One fault at a time is what is promised for: the next comes when all is well.
                await Until.TrueAsync("all use Redis again", () => nodes.All(n => n.Link.IsUsable), 30);
                await Task.Delay(random.Next(300));
            }
        }

        async Task FaultAsync(int kind)
        {
            var pause = random.Next(100, 1500);
            told.Add($"{kind} for {pause} ms");
            switch (kind)
            {
                case 0:
                    await redis.KillAsync();
                    await Task.Delay(pause);
                    await redis.StartServerAsync();
                    break;
                case 1:
                    redis.Pause();
                    await Task.Delay(pause);
                    redis.Resume();
                    break;
                case 2:
                    await redis.CliAsync(random.Next(2) == 0 ? "FLUSHALL" : "SAVE");
                    break;
                case 3:
                    // A node ends without doing what it still has to do, and another takes its place.
                    var n = random.Next(1, Nodes);
                    var old = nodes[n];
                    await old.StopAsync();
                    Volatile.Write(ref nodes[n], await StartAsync(n));
                    retired.Add(old);
                    break;
                default:
                    // The first node alone loses Redis.
                    if (kind == 4)
                    {
                        proxy.Cut();
                    }
                    else
                    {
                        proxy.Hush();
                    }

                    await Task.Delay(pause);
                    proxy.Restore();
                    break;
            }
        }

        Task<CacheNode> StartAsync(int n) => CacheNode.StartAsync(database, redis.Settings(port: n == 0 ? proxy.Port : null).Cache);
    }
}

public sealed class CacheProperty_on_sqlite() : CachePropertyTests(Backend.Sqlite);

public sealed class CacheProperty_on_postgresql() : CachePropertyTests(Backend.Postgres);
