using System.Globalization;
using Holdfast.Platform.Caching;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Caching;

/// <summary>What docs/caching.md says of a Redis Cluster, and no more: three masters without replicas.</summary>
[Slow]
public sealed class RedisClusterTests
{
    [Fact]
    public async Task Is_used_where_all_keys_are_in_one_slot_and_otherwise_does_no_harm()
    {
        // The port of the cluster's own talk would be the server's plus 10,000: possibly another test's, or a client's.
        var ports = Enumerable.Range(0, 3).Select(_ => Ports.Free().ToString(CultureInfo.InvariantCulture)).ToArray();
        RedisServer[] masters =
            [.. await Task.WhenAll(ports.Select(p => RedisServer.StartAsync("--cluster-enabled", "yes", "--cluster-port", p)))];
        await using var first = masters[0];
        await using var second = masters[1];
        await using var third = masters[2];
        await Shell.RunAsync("redis-cli",
            ["--cluster", "create", .. masters.Select((m, i) => $"127.0.0.1:{m.Port.ToString(CultureInfo.InvariantCulture)}@{ports[i]}"),
            "--cluster-yes"]);
        await Until.TrueAsync("the cluster is made",
            async () => (await first.CliAsync("CLUSTER", "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal));

        await using var database = await TestDb.CreateAsync(Backend.Sqlite);
        await CacheNode.PrepareAsync(database.Db);
        await using (var a = await StartAsync("{shop}:"))
        await using (var b = await StartAsync("{shop}:"))
        {
            await a.UsesRedisAsync();
            await b.UsesRedisAsync();
            await a.WriteAsync(1, 1);
            await Until.TrueAsync("hits", async () => await a.ReadAsync(1, "tag") == (1, true) && await b.ReadAsync(1, "tag") == (1, true));
            Assert.InRange(a.Reads + b.Reads, 1, 4);
            await b.WriteAsync(1, 2, stale: "tag");
            await Until.TrueAsync("the other sees the change", async () => (await a.ReadAsync(1, "tag")).Version == 2);
        }

        await using var c = await StartAsync("");
        for (var version = 3; version < 6; version++)
        {
            await c.WriteAsync(1, version);
            Assert.Equal(version, (await c.ReadAsync(1, "tag")).Version);
        }

        await Until.TrueAsync("memory has it", async () => await c.ReadAsync(1, "tag") == (5, true));
        Assert.InRange(c.Log.Lines.Count(l => l.Contains("is not used", StringComparison.Ordinal)), 0, 2);

        Task<CacheNode> StartAsync(string prefix) =>
            CacheNode.StartAsync(database, new CacheOptions { Redis = first.Options with { KeyPrefix = prefix } });
    }
}
