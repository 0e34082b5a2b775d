using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Crash;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>
/// Codes, points, shipping and tax on orders, over HTTP, on both databases: what they come to, who is refused, and that all is given back
/// once.
/// </summary>
public abstract class ChargesTests(TestHost host)
{
    private TestServer Server => host.Server;

    private static long Number(JsonElement order, string name) => order.GetProperty(name).GetInt64();

    private static JsonObject With(JsonObject body, params (string Name, JsonNode? Value)[] members)
    {
        foreach (var (name, value) in members)
        {
            body[name] = value;
        }

        return body;
    }

    private async Task<JsonElement> PlacedAsync(Shop shop, HttpClient client, JsonObject body)
    {
        var (status, order, _) = await shop.OrderAsync(client, body);
        Assert.True(status == 201, order.ToString());
        return order;
    }

    /// <param name="isQuoted">A quote says so, too. It tells no guest what an email has used before: anybody could name it.</param>
    private async Task RefusedAsync(Shop shop, HttpClient client, JsonObject body, string code, bool isQuoted = true)
    {
        var (status, answer, _) = await shop.OrderAsync(client, body);
        Assert.Equal((422, code), (status, answer.GetProperty("code").GetString()));
        (status, answer, _) = await Shop.PostAsync(client, "/orders/quote", body);
        if (!isQuoted)
        {
            Assert.Equal((200, true), (status, answer.GetProperty("canBePlaced").GetBoolean()));
            return;
        }

        Assert.Equal((200, false, code),
            (status, answer.GetProperty("canBePlaced").GetBoolean(), answer.GetProperty("obstacle").GetProperty("code").GetString()));
    }

    private async Task<JsonElement> DoAsync(JsonElement order, string what, JsonNode? body = null)
    {
        var (status, answer, _) = await Shop.PostAsync(Server.Admin, $"/orders/{order.GetProperty("id").GetGuid()}/{what}", body);
        Assert.True(status is 200 or 201, $"{what}: {status} {answer}");
        return answer;
    }

    private Task<JsonElement> PayAsync(JsonElement order) => DoAsync(order, "payments", new JsonObject
    {
        ["transactionId"] = Guid.CreateVersion7().ToString(),
        ["amount"] = Number(order, "total"),
        ["currency"] = "VND",
        ["provider"] = "bank",
    });

    private Task OverdueAsync(JsonElement order) => Server.Db.WriteAsync(async tx =>
        await tx.ExecuteAsync("UPDATE orders SET expires_at = $2 WHERE id = $1", order.GetProperty("id").GetGuid(),
        (await tx.NowAsync()).AddSeconds(-1)));

    [Fact]
    public async Task Discount_shipping_tax_and_points_add_up_and_a_quote_says_the_same()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10, 10);
        await shop.ChargeAsync("""[{"from":0,"fee":30000},{"from":5000,"fee":500}]""", """{"included":false,"rate":8,"categories":[]}""");
        await shop.AddCodeAsync("TET10", "percent", 1050);
        await shop.AddProgramAsync(1000, 3);
        var buyer = Guid.CreateVersion7();
        await shop.GivePointsAsync(buyer, 1000);
        var client = Server.Customer(buyer);
        var body = With(shop.Body((0, 1), (1, 3)), ("discountCode", " tet10 "), ("redeemPoints", 100));
        body.Remove("customer");

        // 1,000 + 3 x 2,000 = 7,000; 10.5 % is 735, of which the lines bear 105 and 630; 8 % of 895 is 71.6, of 5,370 is 429.6; 100 points
        // are 300.
        var (_, quote, _) = await Shop.PostAsync(client, "/orders/quote", body.DeepClone());
        var order = await PlacedAsync(shop, client, With(body, ("expectedTotal", 7000 - 735 + 500 + 72 + 430 - 300)));
        foreach (var answer in new[] { quote, order })
        {
            Assert.Equal((7000, 735, 500, 502, 100, 300, 6967),
                (Number(answer, "subtotal"), Number(answer, "discountAmount"), Number(answer, "shippingFee"), Number(answer, "taxAmount"),
                Number(answer, "redeemedPoints"), Number(answer, "pointsDiscountPrice"), Number(answer, "total")));
            Assert.Equal("TET10", answer.GetProperty("discountCode").GetString());
            Assert.Equal([(105, 72), (630, 430)], answer.GetProperty("lines").EnumerateArray()
                .Select(l => (Number(l, "discountAmount"), Number(l, "taxAmount"))));
        }

        Assert.Equal(900, await shop.PointsAsync(buyer));
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task Tax_that_is_in_the_prices_adds_nothing_and_a_category_has_its_own_rate()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10, 10);
        await shop.ChargeAsync(null, """{"included":true,"rate":10,"categories":[{"category":"sach","rate":5}]}""");
        await shop.CategoriseAsync(1, "sach");
        var order = await PlacedAsync(shop, Server.Guest, shop.Body((0, 1), (1, 1)));
        Assert.Equal((3000, 3000, 91 + 95, true),
            (Number(order, "subtotal"), Number(order, "total"), Number(order, "taxAmount"), order.GetProperty("taxIncluded").GetBoolean()));
    }

    [Fact]
    public async Task A_code_may_waive_shipping_be_for_some_goods_or_be_worth_more_than_they_cost()
    {
        var shop = await Shop.CreateAsync(Server.Db, 50, 50);
        await shop.ChargeAsync("""[{"from":0,"fee":700}]""", null);
        await shop.CategoriseAsync(1, "sach");
        await shop.AddCodeAsync("SHIP", "free_shipping", 0);
        await shop.AddCodeAsync("BOOKS", "fixed", 5000, categories: """["sach"]""");
        Assert.Equal((1000, 0), await TotalAsync("SHIP", (0, 1)));
        Assert.Equal((1000 + 0 + 700, 2000), await TotalAsync("BOOKS", (0, 1), (1, 1)));
        await RefusedAsync(shop, Server.Guest, With(shop.Body((0, 1)), ("discountCode", "BOOKS")), "discount_not_applicable");
        await Audit.VerifyAsync(Server.Db);

        async Task<(long, long)> TotalAsync(string code, params (int, long)[] lines)
        {
            var order = await PlacedAsync(shop, Server.Guest, With(shop.Body(lines), ("discountCode", code)));
            return (Number(order, "total"), Number(order, "discountAmount"));
        }
    }

    [Fact]
    public async Task Every_refusal_of_codes_and_points_has_its_name()
    {
        var shop = await Shop.CreateAsync(Server.Db, 50);
        await shop.AddCodeAsync("OVER", "percent", 1000, ends: -1);
        await shop.AddCodeAsync("MIN", "percent", 1000, minimum: 1001);
        await shop.AddCodeAsync("ONCE", "percent", 1000, perCustomer: 1);
        await shop.AddCodeAsync("LAST", "percent", 1000, limit: 1);
        await RefusedAsync(shop, Server.Guest, Coded("NONE"), "discount_unknown");
        await RefusedAsync(shop, Server.Guest, Coded("OVER"), "discount_not_active");
        await RefusedAsync(shop, Server.Guest, Coded("MIN"), "discount_minimum_not_met");
        await PlacedAsync(shop, Server.Guest, Coded("ONCE"));
        await RefusedAsync(shop, Server.Guest, Coded("once"), "discount_used_up", isQuoted: false);
        await RefusedAsync(shop, Server.Staff(shop.StoreId), Coded("once"), "discount_used_up");
        await PlacedAsync(shop, Server.Guest, Coded("LAST"));
        await RefusedAsync(shop, Server.Customer(), Without(Coded("LAST")), "discount_used_up");

        var buyer = Guid.CreateVersion7();
        await RefusedAsync(shop, Server.Customer(buyer), Without(With(shop.Body(), ("redeemPoints", 5))), "points_not_redeemable");
        await shop.AddProgramAsync(1000, 10);
        await RefusedAsync(shop, Server.Guest, With(shop.Body(), ("redeemPoints", 5)), "insufficient_points");
        await RefusedAsync(shop, Server.Customer(buyer), Without(With(shop.Body(), ("redeemPoints", 5))), "insufficient_points");
        await RefusedAsync(shop, Server.Guest, With(shop.Body(), ("reservationId", Guid.CreateVersion7())), "unknown_reservation");

        // More points than the total takes are not taken: 1,000 are 100 points.
        await shop.GivePointsAsync(buyer, 500);
        var order = await PlacedAsync(shop, Server.Customer(buyer), Without(With(shop.Body(), ("redeemPoints", 400))));
        Assert.Equal((100, 0, "confirmed", "paid"),
            (Number(order, "redeemedPoints"), Number(order, "total"), order.GetProperty("status").GetString(),
            order.GetProperty("paymentStatus").GetString()));
        Assert.Equal(400, await shop.PointsAsync(buyer));
        await Audit.VerifyAsync(Server.Db);

        JsonObject Coded(string code) => With(shop.Body(), ("discountCode", code));
    }

    [Fact]
    public async Task Of_forty_buyers_at_once_ten_get_the_code_that_has_ten_uses_left()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        await shop.AddCodeAsync("TEN", "fixed", 100, limit: 10);
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
        {
            var body = With(shop.Body(), ("discountCode", "TEN"));
            body["customer"]!["email"] = $"b{i}@example.com";
            return shop.OrderAsync(Server.Guest, body);
        }));
        Assert.Equal(10, answers.Count(a => a.Status == 201 && Number(a.Body, "discountAmount") == 100));
        Assert.Equal(30, answers.Count(a => a.Status == 422 && a.Body.GetProperty("code").GetString() == "discount_used_up"));
        Assert.Equal((100, 10), await shop.StockAsync());
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task A_hundred_points_pay_two_of_twenty_orders_of_fifty()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        await shop.AddProgramAsync(0, 1);
        var buyer = Guid.CreateVersion7();
        await shop.GivePointsAsync(buyer, 100);
        var client = Server.Customer(buyer);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(_ => shop.OrderAsync(client, Without(With(shop.Body(), ("redeemPoints", 50))))));
        Assert.Equal(2, answers.Count(a => a.Status == 201));
        Assert.Equal(18, answers.Count(a => a.Status == 422 && a.Body.GetProperty("code").GetString() == "insufficient_points"));
        Assert.Equal(0, await shop.PointsAsync(buyer));
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task Cancelling_and_expiring_give_back_the_use_and_the_points_once()
    {
        var (shop, buyer, client) = await CodeAndPointsAsync();
        var cancelled = await PlacedAsync(shop, client, CodeAndPoints(shop));
        await RefusedAsync(shop, client, CodeAndPoints(shop), "discount_used_up");
        await DoAsync(cancelled, "cancel");
        Assert.Equal((100, 0), (await shop.PointsAsync(buyer), await shop.UsesAsync("ONE")));
        var again = await DoAsync(cancelled, "payments",
            new JsonObject { ["transactionId"] = "t", ["amount"] = 5, ["currency"] = "VND", ["provider"] = "bank" });
        Assert.Equal(5, Number(again, "refundDue"));

        var expired = await PlacedAsync(shop, client, CodeAndPoints(shop));
        Assert.Equal((60, 1), (await shop.PointsAsync(buyer), await shop.UsesAsync("ONE")));
        await OverdueAsync(expired);
        await Until.TrueAsync("it is expired", async () => await shop.PointsAsync(buyer) == 100);
        Assert.Equal(0, await shop.UsesAsync("ONE"));
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task A_late_payment_takes_code_and_points_again_or_is_due_back()
    {
        var (shop, buyer, client) = await CodeAndPointsAsync();
        var late = await PlacedAsync(shop, client, CodeAndPoints(shop));
        await OverdueAsync(late);
        var paid = await PayAsync(late);
        Assert.Equal(("confirmed", 0), (paid.GetProperty("status").GetString(), Number(paid, "refundDue")));
        Assert.Equal((60, 1), (await shop.PointsAsync(buyer), await shop.UsesAsync("ONE")));
        await DoAsync(late, "cancel");
        Assert.Equal((100, 0), (await shop.PointsAsync(buyer), await shop.UsesAsync("ONE")));

        // Somebody else has taken the last use in between.
        late = await PlacedAsync(shop, client, CodeAndPoints(shop));
        await OverdueAsync(late);
        await Until.TrueAsync("it is expired", async () => await shop.UsesAsync("ONE") == 0);
        await PlacedAsync(shop, Server.Guest, With(shop.Body(), ("discountCode", "ONE")));
        paid = await PayAsync(late);
        Assert.Equal(("expired", Number(late, "total")), (paid.GetProperty("status").GetString(), Number(paid, "refundDue")));
        Assert.Equal(100, await shop.PointsAsync(buyer));
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task Delivery_earns_points_for_the_goods_and_returns_take_them_back()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        await shop.ChargeAsync("""[{"from":0,"fee":900}]""", null);
        await shop.AddProgramAsync(100, 0);
        var buyer = Guid.CreateVersion7();
        var order = await PlacedAsync(shop, Server.Customer(buyer), Without(shop.Body((0, 4))));
        await PayAsync(order);
        await DoAsync(order, "ship");
        Assert.Equal(40, Number(await DoAsync(order, "deliver"), "earnedPoints"));
        Assert.Equal(40, await shop.PointsAsync(buyer));
        var lines = new JsonObject { ["lines"] = new JsonArray(new JsonObject { ["variantId"] = shop.Variant, ["quantity"] = 1 }) };
        Assert.Equal(30, Number(await DoAsync(order, "return", lines), "earnedPoints"));
        Assert.Equal(30, await shop.PointsAsync(buyer));
        await DoAsync(order, "return");
        Assert.Equal(0, await shop.PointsAsync(buyer));

        // A guest has no account to earn on.
        var guests = await PlacedAsync(shop, Server.Guest, shop.Body((0, 1)));
        await PayAsync(guests);
        await DoAsync(guests, "ship");
        await DoAsync(guests, "deliver");
        Assert.Equal(1, await shop.CountAsync("SELECT COUNT(*) FROM points_accounts WHERE store_id = $1", shop.StoreId));
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task Only_the_shop_says_what_delivery_costs()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var body = With(shop.Body(), ("shippingFee", 123));
        Assert.Equal("unknown_field", (await shop.OrderAsync(Server.Guest, body)).Body.GetProperty("code").GetString());
        Assert.Equal(1123, Number(await PlacedAsync(shop, Server.Staff(shop.StoreId), body), "total"));
        Assert.Equal("unknown_field", (await shop.OrderAsync(Server.Staff(Guid.CreateVersion7()), body)).Body.GetProperty("code")
            .GetString());

        // Free is free, whatever it would have cost.
        await shop.AddCodeAsync("FREE", "free_shipping", 0);
        var free = await PlacedAsync(shop, Server.Staff(shop.StoreId), With(body, ("discountCode", "FREE")));
        Assert.Equal((0, 1000), (Number(free, "shippingFee"), Number(free, "total")));
    }

    private static JsonObject Without(JsonObject body)
    {
        body.Remove("customer");
        return body;
    }

    private static JsonObject CodeAndPoints(Shop shop) => Without(With(shop.Body(), ("discountCode", "ONE"), ("redeemPoints", 40)));

    private async Task<(Shop Shop, Guid Buyer, HttpClient Client)> CodeAndPointsAsync()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        await shop.AddCodeAsync("ONE", "percent", 1000, limit: 1);
        await shop.AddProgramAsync(0, 1);
        var buyer = Guid.CreateVersion7();
        await shop.GivePointsAsync(buyer, 100);
        return (shop, buyer, Server.Customer(buyer));
    }
}

public sealed class Charges_on_sqlite(SqliteHost host) : ChargesTests(host), IClassFixture<SqliteHost>;

public sealed class Charges_on_postgresql(PostgresHost host) : ChargesTests(host), IClassFixture<PostgresHost>;
