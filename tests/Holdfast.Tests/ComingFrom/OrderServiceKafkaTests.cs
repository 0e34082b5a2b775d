using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.ComingFrom;

/// <summary>The topics of an order service with Kafka, by what Holdfast publishes and reads.</summary>
[Slow]
public sealed class OrderServiceKafkaTests(KafkaShop kafka) : IClassFixture<KafkaShop>
{
    private async Task<JsonElement> PlacedAsync()
    {
        await kafka.OpenAsync();
        return await Buying.PlaceAsync(kafka.Shop, kafka.Server.Customer());
    }

    private static JsonObject Payment(JsonElement order, string transaction) => new()
    {
        ["orderId"] = order.Text("id"),
        ["amount"] = order.Whole("total"),
        ["currency"] = "VND",
        ["transactionId"] = transaction,
        ["provider"] = "vnpay",
    };

    [Fact]
    public async Task A_placed_order_is_published_whole()
    {
        var order = await PlacedAsync();
        var (key, message) = await kafka.HeardAsync("order.created", order.Text("id"));
        var data = message.GetProperty("data");
        Assert.Equal((order.Text("id"), order.Text("id")), (key, data.Text("id")));
        Assert.Equal((order.Text("customerId"), 2000, order.Text("expirationTime"), 2),
            (data.Text("customerId"), data.Whole("total"), data.Text("expirationTime"), data.GetProperty("lines")[0].Whole("quantity")));
    }

    [Fact]
    public async Task A_confirmed_order_is_published_with_the_state_before()
    {
        var order = await PlacedAsync();
        await new Desk(kafka.Server, kafka.Shop).PayAsync(order);
        var data = (await kafka.HeardAsync("order.confirmed", order.Text("id"))).Message.GetProperty("data");
        Assert.Equal(("confirmed", "pending", "123 Nguyễn Huệ, Quận 1"),
            (data.Text("status"), data.Text("previousStatus"), data.Text("deliveryAddress")));
    }

    [Fact]
    public async Task An_expired_order_is_published()
    {
        var order = await PlacedAsync();
        await new Desk(kafka.Server, kafka.Shop).OverdueAsync(order);
        var data = (await kafka.HeardAsync("order.expired", order.Text("id"))).Message.GetProperty("data");
        Assert.Equal(("expired", "pending"), (data.Text("status"), data.Text("previousStatus")));
    }

    [Fact]
    public async Task Each_message_is_a_CloudEvent_with_the_order_as_its_key()
    {
        var order = await PlacedAsync();
        await Shop.PostAsync(kafka.Server.Admin, $"/orders/{order.Text("id")}/cancel", null);
        var (key, message) = await kafka.HeardAsync("order.cancelled", order.Text("id"));
        Assert.Equal((order.Text("id"), "1.0", "holdfast", order.Text("id"), 2),
            (key, message.Text("specversion"), message.Text("source"), message.Text("subject"), message.Whole("sequence")));
        Assert.Equal($"{order.Text("id")}:2", message.Text("id"));
        Assert.EndsWith("Z", message.Text("time"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_payment_that_succeeded_confirms_the_order_once()
    {
        var order = await PlacedAsync();
        for (var i = 0; i < 3; i++)
        {
            await kafka.TellAsync("payment.success", Payment(order, "pi-1"));
        }

        await kafka.BecomesAsync(order, "confirmed", "paid");
        Assert.Equal(2000, (await new Desk(kafka.Server, kafka.Shop).GetAsync(order)).Whole("amountPaid"));
    }

    [Fact]
    public async Task After_a_failed_payment_the_order_can_still_be_paid()
    {
        var order = await PlacedAsync();
        await kafka.TellAsync("payment.failed", Payment(order, "pi-2"));
        await kafka.BecomesAsync(order, "pending", "failed");
        await kafka.TellAsync("payment.success", Payment(order, "pi-3"));
        await kafka.BecomesAsync(order, "confirmed", "paid");
    }

    [Fact]
    public async Task A_payment_that_only_waits_is_not_told()
    {
        var order = await PlacedAsync();
        await kafka.TellAsync("payment.pending", Payment(order, "pi-4"));
        Assert.Contains("'payment.pending' is unknown", await kafka.PutAsideAsync(order.Text("id")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reservation_that_is_refused_cancels_the_order()
    {
        var order = await PlacedAsync();
        await kafka.TellAsync("inventory.reserve.result", new JsonObject { ["orderId"] = order.Text("id"), ["accepted"] = true });
        await kafka.TellAsync("inventory.reserve.result",
            new JsonObject { ["orderId"] = order.Text("id"), ["accepted"] = false, ["reason"] = "flood in the warehouse" });
        await kafka.BecomesAsync(order, "cancelled", "unpaid");
        var (_, message) = await kafka.HeardAsync("order.cancelled", order.Text("id"));
        Assert.Equal("flood in the warehouse", message.GetProperty("data").Text("reason"));
    }

    [Fact]
    public async Task An_envelope_of_event_and_data_is_put_aside_with_the_reason()
    {
        var order = await PlacedAsync();
        await kafka.TellAsync("payment.success", new JsonObject { ["event"] = "payment.success", ["data"] = Payment(order, "pi-5") });
        Assert.Contains("orderId is missing", await kafka.PutAsideAsync(order.Text("id")), StringComparison.Ordinal);

        // The same as a CloudEvent, whatever the message's own type is.
        await kafka.TellAsync("message", new JsonObject
        {
            ["specversion"] = "1.0",
            ["source"] = "payment-service",
            ["id"] = "pi-6",
            ["type"] = "payment.success",
            ["data"] = Payment(order, "pi-6"),
        });
        await kafka.BecomesAsync(order, "confirmed", "paid");
    }
}
