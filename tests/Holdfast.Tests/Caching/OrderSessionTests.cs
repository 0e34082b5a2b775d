using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Orders.Core;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Caching;

/// <summary>
/// Unpaid orders have a key in Redis that expires with them and wakes the sweep; without it the sweep finds them automatically.
/// </summary>
[Slow]
public sealed class OrderSessionTests
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private static async Task<TestServer> StartAsync(RedisServer redis, double minutes, TimeSpan? sweepEvery = null)
    {
        var server = await TestServer.StartAsync(await TestDb.CreateAsync(Backend.Postgres), services =>
        {
            var options = (OrderOptions)services.Last(s => s.ServiceType == typeof(OrderOptions)).ImplementationInstance!;
            services.AddSingleton(options with { SessionMinutes = minutes, SweepEvery = sweepEvery ?? options.SweepEvery });
        }, settings: redis.Settings());
        await Until.TrueAsync("Redis is used", async () =>
            (await server.Guest.GetStringAsync("/health")).Contains("\"redis\",\"status\":\"healthy\"", StringComparison.Ordinal));
        return server;
    }

    /// <summary>Waits until all orders have expired; how long after its time the last one was, in milliseconds.</summary>
    private static async Task<double> DelayAsync(TestServer server, Shop shop)
    {
        await Until.TrueAsync("all have expired", async () => await shop.CountAsync("SELECT COUNT(*) FROM orders WHERE status <> 'expired'")
            == 0);
        return await server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT expires_at, updated_at FROM orders ORDER BY updated_at DESC LIMIT 1",
            r => (r.Time(1) - r.Time(0)).TotalMilliseconds));
    }

    /// <summary>
    /// One order after the other is left to expire, until one is expired in time: this machine does other things too. None ever is where
    /// the sweep is not woken.
    /// </summary>
    private static async Task<bool> IsInTimeAsync(TestServer server, Shop shop, double milliseconds)
    {
        for (var tries = 0; tries < 20; tries++)
        {
            Assert.Equal(201, (await shop.OrderAsync(server.Guest)).Status);
            if (await DelayAsync(server, shop) <= milliseconds)
            {
                return true;
            }
        }

        return false;
    }

    [Fact]
    public async Task A_session_lasts_as_long_as_the_order_may_stay_unpaid_and_ends_with_it()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = await StartAsync(redis, minutes: 10);
        var shop = await Shop.CreateAsync(server.Db, 10);
        foreach (var (path, body) in new[] { ("cancel", null),
            ("payments", (JsonObject?)new JsonObject { ["amount"] = 1000, ["currency"] = "VND", ["provider"] = "bank" }) })
        {
            var (_, order, _) = await shop.OrderAsync(server.Guest);
            var id = order.GetProperty("id").GetString()!;
            await Until.TrueAsync("the session is there", async () => await redis.CliAsync("EXISTS", $"order:session:{id}") == "1");
            using var session = JsonDocument.Parse(await redis.CliAsync("--raw", "GET", $"order:session:{id}"));
            Assert.Equal((id, 1000, order.GetProperty("expirationTime").GetString()),
                (session.RootElement.GetProperty("orderId").GetString(), session.RootElement.GetProperty("total").GetInt64(),
                session.RootElement.GetProperty("expiresAt").GetString()));
            Assert.InRange(
                long.Parse(await redis.CliAsync("PTTL", $"order:session:{id}"), System.Globalization.CultureInfo.InvariantCulture), 480_000,
                600_000);

            body?.Add("transactionId", Guid.CreateVersion7().ToString());
            var (status, answer, _) = await Shop.PostAsync(server.Admin, $"/orders/{id}/{path}", body);
            Assert.True(status is 200 or 201, answer.ToString());
            await Until.TrueAsync("the session has ended", async () => await redis.CliAsync("EXISTS", $"order:session:{id}") == "0");
        }

        // Cash is confirmed at once: nothing waits for money.
        var cash = shop.Body();
        cash["paymentMethod"] = "cash_on_delivery";
        var (_, confirmed, _) = await shop.OrderAsync(server.Guest, cash);
        var (_, pending, _) = await shop.OrderAsync(server.Guest);
        await Until.TrueAsync("the later one has its session",
            async () => await redis.CliAsync("EXISTS", $"order:session:{pending.GetProperty("id").GetString()}") == "1");
        Assert.Equal("0", await redis.CliAsync("EXISTS", $"order:session:{confirmed.GetProperty("id").GetString()}"));
    }

    [Fact]
    public async Task Redis_wakes_the_sweep_when_the_time_is_over()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = await StartAsync(redis, minutes: 1.0 / 60, sweepEvery: Never);
        await Until.TrueAsync("events are on", async () => await redis.CliAsync("CONFIG", "GET", "notify-keyspace-events") is var flags
            && flags.Contains('x', StringComparison.Ordinal));
        var shop = await Shop.CreateAsync(server.Db, 10);
        Assert.True(await IsInTimeAsync(server, shop, 300));
    }

    [Fact]
    public async Task With_Redis_dead_the_sweep_finds_them_by_itself()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = await StartAsync(redis, minutes: 1.0 / 60);
        var shop = await Shop.CreateAsync(server.Db, 10);
        await shop.OrderAsync(server.Guest);
        await redis.KillAsync();
        await DelayAsync(server, shop);
        Assert.True(await IsInTimeAsync(server, shop, 1000));
    }

    [Fact]
    public async Task What_others_want_to_be_told_stays_on()
    {
        await using var redis = await RedisServer.StartAsync("--notify-keyspace-events", "Kg");
        await using var server = await StartAsync(redis, minutes: 10);
        await Until.TrueAsync("the rest is added", async () => await redis.CliAsync("CONFIG", "GET", "notify-keyspace-events") is var flags
            && "KgEx".All(f => flags.Split('\n')[1].Contains(f, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Where_events_may_not_be_asked_for_that_is_said_once_and_orders_expire_all_the_same()
    {
        await using var redis = await RedisServer.StartAsync("--rename-command", "CONFIG", "");
        await using var server = await StartAsync(redis, minutes: 1.0 / 60);
        await Until.TrueAsync("it is said", () =>
            server.Log.Lines.Any(l => l.Contains("notify-keyspace-events", StringComparison.Ordinal)));
        var shop = await Shop.CreateAsync(server.Db, 10);
        await shop.OrderAsync(server.Guest);
        await DelayAsync(server, shop);
        Assert.Single(server.Log.Lines, l => l.Contains("notify-keyspace-events", StringComparison.Ordinal));
    }
}
