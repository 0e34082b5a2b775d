using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Crash;

/// <summary>Two server processes on one PostgreSQL, with a Redis that is killed again and again.</summary>
[Slow]
public sealed class RedisCrashTests
{
    private const int Stock = 600;
    private const int AtOnce = 8;
    private const int Kills = 5;

    [Fact]
    public async Task A_Redis_that_is_killed_five_times_costs_no_order_and_no_answer()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        using var rush = new Rush(await Shop.CreateAsync(database.Db, Stock));
        var product = await database.Db.ReadAsync(s =>
            s.FirstAsync("SELECT product_id FROM variants WHERE id = $1", r => r.Uuid(0), rush.Shop.Variant));
        var settings =
            new Dictionary<string, string> { ["REDIS_URL"] = $"redis://127.0.0.1:{redis.Port.ToString(CultureInfo.InvariantCulture)}" };
        var servers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => ServerProcess.StartAsync(database.Url, settings)));
        await using var first = servers[0];
        await using var second = servers[1];
        var wrong = new ConcurrentQueue<string>();
        var killed = KillAsync(redis);
        var reading = Task.WhenAll(servers.Select(s => ReadAsync(s, $"/api/v1/products/{product}", killed, wrong)));
        for (var buyer = 0; !killed.IsCompleted || rush.Orders.Count < Stock; buyer += AtOnce)
        {
            await Task.WhenAll(Enumerable.Range(buyer, AtOnce)
                .Select(b => rush.PlaceAsync(servers[b % 2].Address, $"buyer{b}", $"buyer{b}@example.com", default, (0, 1))));
        }

        await killed;
        await reading;
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Take(5)));
        Assert.Equal((Stock, 0), (rush.Orders.Count, rush.Unavailable));
        Assert.Equal((Stock, Stock), await rush.Shop.StockAsync());
        foreach (var server in servers)
        {
            await Until.TrueAsync("the product is shown as sold out",
                async () => await AvailableAsync(server, $"/api/v1/products/{product}") == 0);
            await Audit.ServedAsync(rush, server.Address);
        }

        await Until.TrueAsync("Redis has been told of everything", async () =>
            await database.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM cache_invalidations", r => r.Long(0))) == 0);
        Assert.All(await Task.WhenAll(servers.Select(s => s.TerminateAsync())), code => Assert.Equal(0, code));
        await Audit.TablesAsync(database.Db, rush, Stock);
    }

    private static async Task KillAsync(RedisServer redis)
    {
        for (var i = 0; i < Kills; i++)
        {
            await Task.Delay(500);
            await redis.KillAsync();
            await Task.Delay(500);
            await redis.StartServerAsync();
        }
    }

    private static async Task ReadAsync(ServerProcess server, string path, Task until, ConcurrentQueue<string> wrong)
    {
        while (!until.IsCompleted)
        {
            try
            {
                if (await AvailableAsync(server, path) is < 0 or > Stock)
                {
                    wrong.Enqueue("more or less is available than there can be");
                }
            }
            catch (Exception e)
            {
                wrong.Enqueue(e.ToString());
            }

            await Task.Delay(2);
        }
    }

    private static async Task<long> AvailableAsync(ServerProcess server, string path)
    {
        using var json = JsonDocument.Parse(await server.Client.GetByteArrayAsync(new Uri(server.Address, path)));
        return json.RootElement.GetProperty("variants")[0].GetProperty("available").GetInt64();
    }
}
