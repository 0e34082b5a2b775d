using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Catalog;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.ComingFrom;

/// <summary>The fields and states of an order service with Redis sessions and Kafka, by what Holdfast takes and answers.</summary>
public abstract class OrderServiceFieldTests(TestHost host)
{
    private TestServer Server => host.Server;

    [Fact]
    public async Task Items_of_products_are_lines_of_variants()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var body = Buying.Body(shop);
        body["items"] = new JsonArray(new JsonObject { ["productId"] = shop.Variant, ["quantity"] = 2 });
        Assert.Contains("items", await UnknownAsync(shop, body));
        body.Remove("items");
        var line = (await shop.OrderAsync(Server.Customer(), body)).Body.GetProperty("lines")[0];
        Assert.Equal((shop.Variant, 2), (line.GetProperty("variantId").GetGuid(), line.Whole("quantity")));
    }

    [Fact]
    public async Task A_price_is_never_taken_from_the_request()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var body = Buying.Body(shop);
        body["lines"]![0]!["productPrice"] = 1;
        Assert.Contains("lines[0].productPrice", await UnknownAsync(shop, body));
        body = Buying.Body(shop);
        body["totalPrice"] = 1;
        Assert.Contains("totalPrice", await UnknownAsync(shop, body));
    }

    [Fact]
    public async Task The_buyer_is_whom_the_token_names()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var body = Buying.Body(shop);
        body["userId"] = Guid.CreateVersion7();
        Assert.Contains("userId", await UnknownAsync(shop, body));
        var me = Guid.CreateVersion7();
        Assert.Equal(me, (await Buying.PlaceAsync(shop, Server.Customer(me))).GetProperty("customerId").GetGuid());
    }

    [Fact]
    public async Task Address_phone_and_note_stay_as_they_are()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var body = Buying.Body(shop);
        body["note"] = "Giao giờ hành chính";
        var (_, order, _) = await shop.OrderAsync(Server.Customer(), body);
        Assert.Equal(("123 Nguyễn Huệ, Quận 1", "0901234567", "Giao giờ hành chính"),
            (order.Text("deliveryAddress"), order.Text("contactPhone"), order.Text("note")));
    }

    [Fact]
    public async Task A_place_on_the_map_goes_into_metadata()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var body = Buying.Body(shop);
        body["metadata"] = new JsonObject { ["customerLatitude"] = "10.7769", ["customerLongitude"] = "106.7009" };
        var (_, order, _) = await shop.OrderAsync(Server.Customer(), body);
        Assert.Equal("10.7769", order.GetProperty("metadata").Text("customerLatitude"));
    }

    [Fact]
    public async Task An_order_without_a_key_is_refused()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        (await Server.Customer().Post("/orders", Buying.Body(shop))).Is(400, "idempotency_key_required");
        Assert.Equal((10, 0), await shop.StockAsync());
    }

    [Fact]
    public async Task An_answer_is_the_order_and_a_refusal_has_a_code()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var order = await Buying.PlaceAsync(shop, Server.Customer());
        Assert.True(order.Has("id"));
        Assert.All(new[] { "success", "message", "data", "orderId" }, name => Assert.False(order.Has(name)));
        var (status, refusal, response) = await shop.OrderAsync(Server.Customer(), Buying.Body(shop, 11));
        Assert.Equal((409, "insufficient_stock", "application/problem+json"),
            (status, refusal.Text("code"), response.Content.Headers.ContentType!.MediaType));
    }

    [Fact]
    public async Task Amounts_are_whole_numbers_beside_their_currency()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var order = await Buying.PlaceAsync(shop, Server.Customer());
        var line = order.GetProperty("lines")[0];
        Assert.Equal((2000, "VND"), (order.Whole("total"), order.Text("currency")));
        Assert.Equal(("Áo dài 0", 1000, 2000), (line.Text("productName"), line.Whole("unitPrice"), line.Whole("lineTotal")));
    }

    [Fact]
    public async Task The_session_says_until_when_the_order_can_be_paid()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var order = await Buying.PlaceAsync(shop, Server.Customer());
        var session = order.GetProperty("session");
        Assert.Equal((order.Text("expirationTime"), 15), (session.Text("expiresAt"), session.Whole("durationMinutes")));
        Assert.Equal(TimeSpan.FromMinutes(15),
            order.GetProperty("expirationTime").GetDateTime() - order.GetProperty("createdAt").GetDateTime());
    }

    [Fact]
    public async Task A_payment_counts_once_by_provider_and_transaction()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var desk = new Desk(Server, shop);
        var order = await Buying.PlaceAsync(shop, Server.Customer());
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(("confirmed", "paid", 2000, 0), Desk.State(await desk.PayAsync(order, 2000, "pi-789", "vnpay")));
        }

        await desk.RefusedAsync(order, "payments", Desk.Payment(1999, "pi-789", "vnpay"), 409, "transaction_conflict");
    }

    [Fact]
    public async Task Goods_are_reserved_while_an_order_is_pending()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        Assert.Equal(("pending", "unpaid", 0, 0), Desk.State(await Buying.PlaceAsync(shop, Server.Customer())));
        Assert.Equal((10, 2), await shop.StockAsync());
    }

    [Fact]
    public async Task A_paid_order_is_confirmed_and_paid()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var order = await Buying.PlaceAsync(shop, Server.Customer());
        Assert.Equal(("confirmed", "paid", 2000, 0), Desk.State(await new Desk(Server, shop).PayAsync(order)));
        Assert.Equal((10, 2), await shop.StockAsync());
    }

    [Fact]
    public async Task An_order_that_nobody_pays_expires_and_gives_its_stock_back()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var desk = new Desk(Server, shop);
        var order = await Buying.PlaceAsync(shop, Server.Customer());
        await desk.OverdueAsync(order);
        await Until.TrueAsync("it has expired", async () => Desk.State(await desk.GetAsync(order)).Status == "expired");
        Assert.Equal((10, 0), await shop.StockAsync());

        // Money that was on its way takes the goods again while they are there.
        Assert.Equal(("confirmed", "paid", 2000, 0), Desk.State(await desk.PayAsync(order)));
        Assert.Equal((10, 2), await shop.StockAsync());
    }

    [Fact]
    public async Task An_order_is_cancelled_by_somebody_who_is_named()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var me = Guid.CreateVersion7();
        var order = await Buying.PlaceAsync(shop, Server.Customer(me));
        await Shop.PostAsync(Server.Customer(me), $"/orders/{order.Text("id")}/cancel", new JsonObject { ["reason"] = "too late" });
        var last = (await Server.Customer(me).Get($"/orders/{order.Text("id")}/history")).Items[^1]!;
        Assert.Equal(("order.cancelled", "too late", $"customer:{me}"),
            ((string)last["type"]!, (string)last["reason"]!, (string)last["actor"]!));
    }

    [Fact]
    public async Task There_is_no_state_between_confirmed_and_shipped()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var order = await new Desk(Server, shop).PayAsync(await Buying.PlaceAsync(shop, Server.Customer()));
        foreach (var status in new[] { "preparing", "readyForPickup" })
        {
            var version = order.Whole("version");
            (await Server.Staff(shop.StoreId).Put($"/orders/{order.Text("id")}", new { status, version })).Is(400, "invalid_request");
        }

        // A kitchen or a store-room that wants it shown writes it into the note.
        var noted = await Server.Staff(shop.StoreId).Put($"/orders/{order.Text("id")}",
            new { note = "preparing", version = order.Whole("version") });
        Assert.Equal(("confirmed", "preparing"), ((string)noted["status"]!, (string)noted["note"]!));
    }

    [Fact]
    public async Task Goods_leave_with_the_shipping_and_arrive_with_the_delivery()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var desk = new Desk(Server, shop);
        var order = await desk.PayAsync(await Buying.PlaceAsync(shop, Server.Customer()));
        Assert.Equal("shipped", (await desk.DoAsync(order, "ship")).Text("status"));
        Assert.Equal((8, 0), await shop.StockAsync());
        Assert.Equal("delivered", (await desk.DoAsync(order, "deliver")).Text("status"));
    }

    /// <summary>The fields that the refusal names: they are unknown, and nothing was placed.</summary>
    private async Task<List<string>> UnknownAsync(Shop shop, JsonObject body)
    {
        var (status, refusal, _) = await shop.OrderAsync(Server.Customer(), body);
        Assert.Equal((400, "unknown_field"), (status, refusal.Text("code")));
        Assert.Equal((10, 0), await shop.StockAsync());
        return [.. refusal.GetProperty("errors").EnumerateObject().Select(e => e.Name)];
    }
}

public sealed class Order_service_fields_on_sqlite(SqliteHost host) : OrderServiceFieldTests(host), IClassFixture<SqliteHost>;

public sealed class Order_service_fields_on_postgresql(PostgresHost host) : OrderServiceFieldTests(host), IClassFixture<PostgresHost>;
