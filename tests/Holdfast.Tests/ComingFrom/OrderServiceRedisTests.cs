using System.Globalization;
using System.Text.Json;
using Holdfast.Tests.Carts;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.ComingFrom;

/// <summary>The keys of an order service with Redis sessions, by those that Holdfast keeps: copies, on which nothing depends.</summary>
[Slow]
public sealed class OrderServiceRedisTests
{
    private static string Key(JsonElement order) => $"order:session:{order.Text("id")}";

    private static async Task<JsonElement> PlacedAsync(RedisShop redis)
    {
        var order = await Buying.PlaceAsync(redis.Shop, redis.Server.Customer());
        await Until.TrueAsync("the session is there", () => redis.HasAsync(Key(order)));
        return order;
    }

    [Fact]
    public async Task The_session_key_lasts_until_the_order_is_paid_or_its_time_is_over()
    {
        await using var redis = await RedisShop.StartAsync();
        var order = await PlacedAsync(redis);
        using var session = JsonDocument.Parse(await redis.Redis.CliAsync("--raw", "GET", Key(order)));
        Assert.Equal((order.Text("id"), 2000, order.Text("expirationTime")),
            (session.RootElement.Text("orderId"), session.RootElement.Whole("total"), session.RootElement.Text("expiresAt")));
        Assert.InRange(long.Parse(await redis.Redis.CliAsync("PTTL", Key(order)), CultureInfo.InvariantCulture), 600_000, 900_000);
        await new Desk(redis.Server, redis.Shop).PayAsync(order);
        await Until.TrueAsync("the session has ended", async () => !await redis.HasAsync(Key(order)));
    }

    [Fact]
    public async Task A_lost_session_key_changes_nothing_for_the_order()
    {
        await using var redis = await RedisShop.StartAsync();
        var order = await PlacedAsync(redis);
        await redis.Redis.CliAsync("DEL", Key(order));
        var desk = new Desk(redis.Server, redis.Shop);
        Assert.Equal(("pending", "unpaid", 0, 0), Desk.State(await desk.GetAsync(order)));
        Assert.Equal(("confirmed", "paid", 2000, 0), Desk.State(await desk.PayAsync(order)));
    }

    [Fact]
    public async Task Notifications_are_asked_for_at_the_start_and_only_wake_the_sweep()
    {
        await using var redis = await RedisShop.StartAsync();
        await Until.TrueAsync("they are on", async () => (await redis.Redis.CliAsync("CONFIG", "GET", "notify-keyspace-events"))
            .Split('\n')[1] is var flags && flags.Contains('E', StringComparison.Ordinal) && flags.Contains('x', StringComparison.Ordinal));
        var order = await PlacedAsync(redis);
        await redis.Redis.KillAsync();
        var desk = new Desk(redis.Server, redis.Shop);
        await desk.OverdueAsync(order);
        await Until.TrueAsync("it has expired", async () => Desk.State(await desk.GetAsync(order)).Status == "expired");
        Assert.Equal((100, 0), await redis.Shop.StockAsync());
    }

    [Fact]
    public async Task The_cart_key_is_a_copy_of_the_cart()
    {
        await using var redis = await RedisShop.StartAsync(o => o with { MemoryBytes = 0 });
        var me = Guid.CreateVersion7();
        var basket = new Basket(redis.Server.Customer(me), redis.Shop);
        await basket.PutAsync(redis.Shop.Variant, 2).ShouldBeAsync(200);
        var key = $"cart:{redis.Shop.StoreId}:customer:{me}";
        await Until.TrueAsync("it is kept", async () => (await basket.GetAsync()).Status == 200 && await redis.HasAsync(key));
        await redis.Redis.CliAsync("FLUSHALL");
        Assert.Equal([(redis.Shop.Variant, 2)], (await basket.GetAsync()).Body.Lines());
    }
}
