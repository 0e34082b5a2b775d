using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Holdfast.Configuration;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Caching.Redis;
using Holdfast.Tests.Catalog;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Caching;

/// <summary>Two servers with one Redis, as their callers and operators see them.</summary>
[Slow]
public abstract class CachedServersTests(Backend backend)
{
    [Fact]
    public async Task Share_what_they_have_read_and_live_without_Redis()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var database = await TestDb.CreateAsync(backend);
        await using var a = await TestServer.StartAsync(database, ownsDatabase: false, settings: redis.Settings(), db: database.Open());
        await using var b = await TestServer.StartAsync(database, ownsDatabase: false, settings: redis.Settings(), db: database.Open());
        await Until.TrueAsync("both use Redis", () => a.Get<RedisLink>().IsUsable && b.Get<RedisLink>().IsUsable);
        await IsAsync(a, "healthy");

        var made = await a.Admin.NewProductAsync(await a.Admin.NewStoreAsync(), "Phở");
        var (path, key) = ($"/products/{made.Id}", $"product:{made.Id}");
        // The write itself is heard by the one who made it; a value that is filled before that is dropped again.
        await Until.TrueAsync("the other has it from Redis", async () =>
            await ReadAsync(a) is var mine && await redis.GetAsync(key) is not null && await ReadAsync(b) is ("HIT", var body)
            && body == mine.Body);
        Assert.Equal(await ReadAsync(a) is var (_, served) ? served
            : null, Encoding.UTF8.GetString((await redis.GetAsync(key))!).Split('\n')[0]);
        Assert.StartsWith("{\"id\":\"", await redis.CliAsync("GET", key), StringComparison.Ordinal);
        Assert.InRange(int.Parse(await redis.CliAsync("TTL", key), System.Globalization.CultureInfo.InvariantCulture), 1, 331);

        await a.Admin.Put(path, new { name = "Bún", variants = new[] { new { sku = "a", price = 5 } } }, made.ETag);
        Assert.Contains("Bún", (await ReadAsync(a)).Body, StringComparison.Ordinal);
        await Until.TrueAsync("the other sees the change", async () => (await ReadAsync(b)).Body.Contains("Bún", StringComparison.Ordinal));

        await redis.KillAsync();
        await IsAsync(a, "degraded");
        Assert.Contains("Bún", (await ReadAsync(a)).Body, StringComparison.Ordinal);
        var tag = (await b.Guest.Get(path)).ETag;
        await b.Admin.Put(path, new { name = "Mì", variants = new[] { new { sku = "a", price = 5 } } }, tag);
        Assert.Contains("Mì", (await ReadAsync(b)).Body, StringComparison.Ordinal);
        await Until.TrueAsync("the other sees the change", async () => (await ReadAsync(a)).Body.Contains("Mì", StringComparison.Ordinal));
        await redis.StartServerAsync();
        await IsAsync(a, "healthy");
        await IsAsync(b, "healthy");
        Assert.Contains("Mì", (await ReadAsync(b)).Body, StringComparison.Ordinal);

        async Task<(string Cache, string Body)> ReadAsync(TestServer server)
        {
            using var answer = await server.Guest.GetAsync($"{CatalogClient.Base}{path}");
            return (answer.Headers.GetValues("X-Cache").Single(), await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Start_without_Redis_and_without_a_cache()
    {
        await using var database = await TestDb.CreateAsync(backend);
        var nowhere = new CacheOptions { Redis = new RedisOptions("127.0.0.1", Ports.Free()) };
        await using var lone = await TestServer.StartAsync(database, ownsDatabase: false,
            settings: new Settings { RateLimits = false, Cache = nowhere });
        await using var off = await TestServer.StartAsync(database, ownsDatabase: false,
            settings: new Settings { RateLimits = false, Cache = nowhere with { On = false } });
        var made = await lone.Admin.NewProductAsync(await lone.Admin.NewStoreAsync(), "Phở");
        await Until.TrueAsync("memory has it", async () => (await lone.Guest.Get($"/products/{made.Id}")).Headers.GetValues("X-Cache")
            .Single() == "HIT");
        await IsAsync(lone, "degraded");
        await Until.TrueAsync("the log says so", () => lone.Log.Lines.Any(l => l.Contains("is not used", StringComparison.Ordinal)));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("MISS", (await off.Guest.Get($"/products/{made.Id}")).Headers.GetValues("X-Cache").Single());
        }

        // Redis has other uses than documents: orders' sessions, and limits.
        await IsAsync(off, "degraded");
    }

    private static Task IsAsync(TestServer server, string state) => Until.TrueAsync($"the server is {state}", async () =>
    {
        using var answer = await server.Guest.GetAsync("/health");
        var health = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return answer.IsSuccessStatusCode && health.GetProperty("status").GetString() == state;
    });
}

public sealed class CachedServers_on_sqlite() : CachedServersTests(Backend.Sqlite);

public sealed class CachedServers_on_postgresql() : CachedServersTests(Backend.Postgres);
