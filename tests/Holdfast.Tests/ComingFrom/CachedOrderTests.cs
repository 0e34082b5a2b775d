using System.Globalization;
using System.Text.Json;
using Holdfast.Tests.Catalog;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.ComingFrom;

/// <summary>The keys of a cache of orders, by those that Holdfast keeps.</summary>
[Slow]
public sealed class CachedOrderTests
{
    // Redis alone, so that each read shows what is there.
    private static Task<RedisShop> StartAsync() => RedisShop.StartAsync(o => o with { MemoryBytes = 0 });

    /// <summary>Reads until Redis has the answer: it has 40 ms, which a busy machine may miss.</summary>
    private static Task KeptAsync(RedisShop redis, HttpClient client, string path, string pattern) =>
        Until.TrueAsync($"{pattern} is kept", async () =>
            (int)(await client.Get(path)).Status == 200 && (await redis.KeysAsync(pattern)).Count == 1);

    private static async Task<long> SecondsAsync(RedisShop redis, string pattern) => long.Parse(
        await redis.Redis.CliAsync("TTL", Assert.Single(await redis.KeysAsync(pattern))), CultureInfo.InvariantCulture);

    [Fact]
    public async Task An_order_is_kept_as_it_is_served()
    {
        await using var redis = await StartAsync();
        var buyer = redis.Server.Customer();
        var order = await Buying.PlaceAsync(redis.Shop, buyer);
        await KeptAsync(redis, buyer, $"/orders/{order.Text("id")}", $"order:{order.Text("id")}");
        var value = await redis.Redis.CliAsync("--raw", "GET", $"order:{order.Text("id")}");
        Assert.Equal(order.GetRawText(), value.Split('\n')[0]);
        Assert.InRange(await SecondsAsync(redis, $"order:{order.Text("id")}"), 1, 330);
    }

    [Fact]
    public async Task A_page_is_kept_by_a_hash_of_filter_and_caller()
    {
        await using var redis = await StartAsync();
        var (one, other) = (redis.Server.Customer(), redis.Server.Customer());
        await Buying.PlaceAsync(redis.Shop, one);
        await KeptAsync(redis, one, "/orders?status=pending", "orders:list:*");
        Assert.Matches("^orders:list:[0-9a-f]{32}$", Assert.Single(await redis.KeysAsync("orders:list:*")));
        Assert.InRange(await SecondsAsync(redis, "orders:list:*"), 1, 330);
        await Until.TrueAsync("the same filter of another is a page of its own", async () =>
            (await other.Get("/orders?status=pending")).Items.Count == 0 && (await redis.KeysAsync("orders:list:*")).Count == 2);
    }

    [Fact]
    public async Task Statistics_are_kept_for_each_store_and_for_all_under_the_same_names()
    {
        await using var redis = await StartAsync();
        var (shop, staff) = (redis.Shop, redis.Server.Staff(redis.Shop.StoreId));
        await new Desk(redis.Server, shop).PayAsync(await Buying.PlaceAsync(shop, redis.Server.Customer()));
        var counts = default(JsonElement);
        await Until.TrueAsync("that it is paid and confirmed is counted", async () =>
        {
            counts = await StatisticsAsync(staff, $"?storeId={shop.StoreId}");
            return counts.GetProperty("ordersByStatus").GetRawText() == """{"confirmed":1}"""
                && counts.GetProperty("ordersByPaymentStatus").GetRawText() == """{"paid":1}""";
        });
        Assert.Equal(1, counts.Whole("totalOrders"));
        Assert.All(new[] { "totalRevenue", "averageOrderValue" }, name =>
            Assert.Equal(("VND", 2000), (counts.GetProperty(name)[0].Text("currency"), counts.GetProperty(name)[0].Whole("value"))));
        await KeptAsync(redis, staff, $"/orders/statistics?storeId={shop.StoreId}", $"order:stats:{shop.StoreId}");
        await KeptAsync(redis, redis.Server.Admin, "/orders/statistics", "order:stats:all");
    }

    [Fact]
    public async Task A_change_drops_what_it_made_stale()
    {
        await using var redis = await StartAsync();
        var buyer = redis.Server.Customer();
        var order = await Buying.PlaceAsync(redis.Shop, buyer);
        await KeptAsync(redis, buyer, $"/orders/{order.Text("id")}", $"order:{order.Text("id")}");
        await KeptAsync(redis, buyer, "/orders?status=pending", "orders:list:*");
        await Shop.PostAsync(buyer, $"/orders/{order.Text("id")}/cancel", null);
        Assert.Equal("cancelled", (string)(await buyer.Get($"/orders/{order.Text("id")}"))["status"]!);
        await Until.TrueAsync("the list has followed", async () => (await buyer.Get("/orders?status=pending")).Items.Count == 0);
    }

    [Fact]
    public async Task Without_Redis_everything_is_served_all_the_same()
    {
        await using var redis = await StartAsync();
        var buyer = redis.Server.Customer();
        var order = await Buying.PlaceAsync(redis.Shop, buyer);
        await redis.Redis.KillAsync();
        Assert.Equal(order.Text("id"), (await buyer.Get($"/orders/{order.Text("id")}")).Id);
        await Until.TrueAsync("it is said", async () => (await redis.Server.Guest.GetStringAsync("/health"))
            .Contains("degraded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Payments_are_rows_and_no_keys()
    {
        await using var redis = await StartAsync();
        var desk = new Desk(redis.Server, redis.Shop);
        var order = await Buying.PlaceAsync(redis.Shop, redis.Server.Customer());
        await desk.PayAsync(order, 2000, "PAYID-1", "paypal");
        foreach (var pattern in new[] { "order-payment:*", "transaction:*" })
        {
            Assert.Empty(await redis.KeysAsync(pattern));
        }

        // A repetition is known from the row, whatever Redis has forgotten.
        await redis.Redis.CliAsync("FLUSHALL");
        Assert.Equal(("confirmed", "paid", 2000, 0), Desk.State(await desk.PayAsync(order, 2000, "PAYID-1", "paypal")));
        Assert.Equal(1, await redis.Shop.CountAsync("SELECT COUNT(*) FROM payment_transactions WHERE order_id = $1", Desk.Id(order)));
    }

    private static async Task<JsonElement> StatisticsAsync(HttpClient client, string query)
    {
        using var answer = await client.GetAsync($"/api/v1/orders/statistics{query}");
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }
}
