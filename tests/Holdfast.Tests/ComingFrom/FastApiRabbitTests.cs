using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Catalog;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.ComingFrom;

/// <summary>The queues of a FastAPI order service with RabbitMQ, by what Holdfast publishes and reads.</summary>
[Slow]
public sealed class FastApiRabbitTests(RabbitShop rabbit) : IClassFixture<RabbitShop>
{
    private async Task<JsonElement> PlacedAsync()
    {
        await rabbit.OpenAsync();
        return await Buying.PlaceAsync(rabbit.Shop, rabbit.Server.Customer());
    }

    [Fact]
    public async Task A_queue_of_ones_own_gets_each_order_by_its_type()
    {
        var order = await PlacedAsync();
        var (key, message) = await rabbit.HeardAsync("order.created", order.Text("id"));
        Assert.Equal(("order.created", order.Text("customerId"), 2000),
            (key, message.GetProperty("data").Text("customerId"), message.GetProperty("data").Whole("total")));
    }

    [Fact]
    public async Task The_state_of_a_payment_is_told_to_order_inbox()
    {
        var order = await PlacedAsync();
        await rabbit.TellAsync("payment.success", new JsonObject
        {
            ["orderId"] = order.Text("id"),
            ["amount"] = 2000,
            ["currency"] = "VND",
            ["transactionId"] = "task-1",
        });
        await rabbit.BecomesAsync(order, "confirmed", "paid");
    }

    [Fact]
    public async Task Each_change_of_state_is_an_event_of_its_own()
    {
        var order = await PlacedAsync();
        await Shop.PostAsync(rabbit.Server.Admin, $"/orders/{order.Text("id")}/cancel", null);
        var (key, message) = await rabbit.HeardAsync("order.cancelled", order.Text("id"));
        Assert.Equal(("order.cancelled", "cancelled", "pending"),
            (key, message.GetProperty("data").Text("status"), message.GetProperty("data").Text("previousStatus")));
        var last = (await rabbit.Server.Admin.Get($"/orders/{order.Text("id")}/history")).Items[^1]!;
        Assert.StartsWith("admin:", (string)last["actor"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_envelope_is_type_time_and_data()
    {
        var order = await PlacedAsync();
        var (_, message) = await rabbit.HeardAsync("order.created", order.Text("id"));
        Assert.All(new[] { "event_type", "event", "timestamp" }, name => Assert.False(message.Has(name)));
        Assert.Equal((order.GetProperty("createdAt").GetDateTime(), order.Text("id")),
            (message.GetProperty("time").GetDateTime(), message.GetProperty("data").Text("id")));
    }

    [Fact]
    public async Task Missing_stock_is_answered_and_no_event()
    {
        await rabbit.OpenAsync();
        var shop = await Shop.CreateAsync(rabbit.Server.Db, 1);
        var (status, refusal, _) = await shop.OrderAsync(rabbit.Server.Customer(), Buying.Body(shop));
        Assert.Equal((409, "insufficient_stock"), (status, refusal.Text("code")));
        Assert.Equal(0, await shop.CountAsync("SELECT COUNT(*) FROM events WHERE store_id = $1", shop.StoreId));
    }
}
