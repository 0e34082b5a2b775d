using Holdfast.Platform.Caching;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.ComingFrom;

/// <summary>A server and a shop over a Redis of their own.</summary>
internal sealed class RedisShop : IAsyncDisposable
{
    private RedisShop(RedisServer redis, TestServer server, Shop shop) => (Redis, Server, Shop) = (redis, server, shop);

    public RedisServer Redis { get; }

    public TestServer Server { get; }

    public Shop Shop { get; }

    /// <param name="change">Of the cache's options.</param>
    public static async Task<RedisShop> StartAsync(Func<CacheOptions, CacheOptions>? change = null)
    {
        var redis = await RedisServer.StartAsync();
        var server = await TestServer.StartAsync(await TestDb.CreateAsync(Backend.Sqlite), settings: redis.Settings(change));
        await Until.TrueAsync("Redis is used", async () =>
            (await server.Guest.GetStringAsync("/health")).Contains("\"redis\",\"status\":\"healthy\"", StringComparison.Ordinal));
        return new RedisShop(redis, server, await Shop.CreateAsync(server.Db, 100));
    }

    public async Task<bool> HasAsync(string key) => await Redis.CliAsync("EXISTS", key) == "1";

    /// <summary>The keys that match, in order.</summary>
    public async Task<List<string>> KeysAsync(string pattern) =>
        [.. (await Redis.CliAsync("--scan", "--pattern", pattern)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Redis.DisposeAsync();
    }
}
