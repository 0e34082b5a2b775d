using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Carts;

/// <summary>An order from a cart: the cart is emptied in the order's commit, and only there.</summary>
public abstract class CheckOutTests(TestHost host)
{
    private TestServer Server => host.Server;

    private static void Own(JsonObject body) => body.Remove("customer");

    private async Task<Basket> FilledAsync(Shop shop, HttpClient? client = null)
    {
        var basket = new Basket(client ?? Server.Customer(), shop);
        await basket.PutAsync(shop.Variant, 2).ShouldBeAsync(200);
        return basket;
    }

    [Fact]
    public async Task The_order_has_the_lines_and_the_cart_has_none_any_more()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9, 9);
        var basket = await FilledAsync(shop);
        await basket.PutAsync(shop.Variants[1], 1).ShouldBeAsync(200);
        var order = await basket.CheckOutAsync(change: b =>
        {
            Own(b);
            b["note"] = "Gọi trước";
            b["expectedTotal"] = 4000;
            b["paymentMethod"] = "cash_on_delivery";
        }).ShouldBeAsync(201);
        Assert.Equal([(shop.Variant, 2), (shop.Variants[1], 1)], order.Lines());
        Assert.Equal((4000, "Gọi trước", "confirmed"),
            (order.GetProperty("total").GetInt64(), order.GetProperty("note").GetString(), order.GetProperty("status").GetString()));
        var cart = (await basket.GetAsync()).Body;
        Assert.Equal((0, 3), (cart.Lines().Count, cart.Version()));
        Assert.Equal((9, 2), await shop.StockAsync());
        await basket.CheckOutAsync(change: Own).ShouldBeAsync(422, "cart_empty");
    }

    [Fact]
    public async Task Code_and_points_are_redeemed_with_the_cart()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        await shop.AddCodeAsync("TET10", "percent", 1000, perCustomer: 1);
        await shop.AddProgramAsync(1000, 2);
        var buyer = Guid.CreateVersion7();
        await shop.GivePointsAsync(buyer, 500);
        var basket = await FilledAsync(shop, Server.Customer(buyer));
        void Spend(JsonObject body)
        {
            Own(body);
            body["discountCode"] = "tet10";
            body["redeemPoints"] = 100;
        }

        // Two of 1,000, a tenth off, and 100 points at 2.
        var order = await basket.CheckOutAsync(change: Spend).ShouldBeAsync(201);
        Assert.Equal((200, 200, 1600),
            (order.GetProperty("discountAmount").GetInt64(), order.GetProperty("pointsDiscountPrice").GetInt64(), order.GetProperty("total")
            .GetInt64()));
        Assert.Equal((1, 400), (await shop.UsesAsync("TET10"), await shop.PointsAsync(buyer)));

        // Refused, the cart keeps its lines, and nothing else has moved.
        await basket.PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        await basket.CheckOutAsync(change: Spend).ShouldBeAsync(422, "discount_used_up");
        Assert.Single((await basket.GetAsync()).Body.Lines());
        Assert.Equal((1, 400), (await shop.UsesAsync("TET10"), await shop.PointsAsync(buyer)));
    }

    [Fact]
    public async Task A_guest_checks_out_with_the_token_and_gets_an_access_key()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var basket = await FilledAsync(shop, Server.Guest);
        var (status, order, response) = await basket.CheckOutAsync("guest-key");
        Assert.Equal((201, 43), (status, order.GetProperty("accessKey").GetString()!.Length));
        Assert.Equal($"/api/v1/orders/{order.GetProperty("id").GetString()}", response.Headers.Location!.ToString());
        var (_, again, second) = await basket.CheckOutAsync("guest-key");
        Assert.Equal((order.GetRawText(), "true"), (again.GetRawText(), second.Headers.GetValues("Idempotency-Replayed").Single()));
        await basket.CheckOutAsync(change: b => b.Remove("customer")).ShouldBeAsync(400, "invalid_request");
    }

    [Fact]
    public async Task A_retry_gets_the_same_order_whatever_is_in_the_cart_by_then()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var basket = await FilledAsync(shop);
        var key = Guid.CreateVersion7().ToString();
        var order = await basket.CheckOutAsync(key, Own).ShouldBeAsync(201);
        Assert.Equal(order.GetRawText(), (await basket.CheckOutAsync(key, Own).ShouldBeAsync(201)).GetRawText());
        await basket.PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        Assert.Equal(order.GetRawText(), (await basket.CheckOutAsync(key, Own).ShouldBeAsync(201)).GetRawText());
        Assert.Single((await basket.GetAsync()).Body.Lines());
        await basket.CheckOutAsync(key, b => { Own(b); b["note"] = "another request"; }).ShouldBeAsync(422, "idempotency_key_reused");
        await basket.ClearAsync().ShouldBeAsync(200);
        await basket.CheckOutAsync(key, b => { Own(b); b["note"] = "another request"; }).ShouldBeAsync(422, "idempotency_key_reused");
        Assert.Equal(1, await shop.CountAsync("SELECT COUNT(*) FROM orders WHERE store_id = $1", shop.StoreId));

        // A refusal is not kept: the same key is judged again.
        key = Guid.CreateVersion7().ToString();
        await basket.CheckOutAsync(key, Own).ShouldBeAsync(422, "cart_empty");
        await basket.PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        await basket.CheckOutAsync(key, Own).ShouldBeAsync(201);
    }

    [Fact]
    public async Task Twenty_double_clicks_with_two_keys_are_one_order_each()
    {
        var shop = await Shop.CreateAsync(Server.Db, 1000);
        for (var round = 0; round < 20; round++)
        {
            var basket = await FilledAsync(shop);
            var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => basket.CheckOutAsync(change: Own)));
            Assert.Single(answers, a => a.Status == 201);
            Assert.All(answers.Where(a => a.Status != 201), a =>
                Assert.Contains((a.Status, a.Body.GetProperty("code").GetString()!), new[] { (409, "cart_changed"), (422, "cart_empty") }));
            Assert.Empty((await basket.GetAsync()).Body.Lines());
        }

        Assert.Equal(20, await shop.CountAsync("SELECT COUNT(*) FROM orders WHERE store_id = $1", shop.StoreId));
        Assert.Equal((1000, 40), await shop.StockAsync());
        Assert.Empty(await Verification.RunAsync(Server.Db, Holdfast.Carts.CartsModule.Invariants));
    }

    [Fact]
    public async Task Twenty_retries_at_once_with_one_key_all_get_the_order()
    {
        var shop = await Shop.CreateAsync(Server.Db, 1000);
        for (var round = 0; round < 10; round++)
        {
            var basket = await FilledAsync(shop);
            var key = Guid.CreateVersion7().ToString();
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => basket.CheckOutAsync(key, Own).ShouldBeAsync(201)));
            Assert.Single(answers.Select(a => a.GetRawText()).Distinct());
        }

        Assert.Equal((1000, 20), await shop.StockAsync());
    }

    [Fact]
    public async Task A_line_that_is_added_meanwhile_is_ordered_or_stays_in_the_cart()
    {
        var shop = await Shop.CreateAsync(Server.Db, 1000, 1000);
        for (var round = 0; round < 20; round++)
        {
            var basket = await FilledAsync(shop);
            var checkout = basket.CheckOutAsync(change: Own);
            await basket.PutAsync(shop.Variants[1], 1).ShouldBeAsync(200);
            var (status, order, _) = await checkout;
            var left = (await basket.GetAsync()).Body.Lines();
            if (status == 201)
            {
                Assert.Equal(2, order.Lines().Concat(left).Count());
            }
            else
            {
                Assert.Equal((409, "cart_changed", 2), (status, order.GetProperty("code").GetString(), left.Count));
            }
        }
    }

    [Fact]
    public async Task What_placing_refuses_leaves_the_cart_as_it_was()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5);
        var limited = await shop.AddVariantAsync(700, 100, 3);
        var basket = new Basket(Server.Customer(), shop);
        await basket.CheckOutAsync(change: b => { Own(b); b["storeId"] = Guid.CreateVersion7(); }).ShouldBeAsync(422, "unknown_store");
        await basket.PutAsync(shop.Variant, 6).ShouldBeAsync(200);
        await basket.CheckOutAsync(change: Own).ShouldBeAsync(409, "insufficient_stock");
        await basket.PutAsync(shop.Variant, 5).ShouldBeAsync(200);
        await basket.CheckOutAsync(change: b => { Own(b); b["expectedTotal"] = 1; }).ShouldBeAsync(409, "total_changed");
        await basket.CheckOutAsync(change: b => { Own(b); b["lines"] = new JsonArray(); }).ShouldBeAsync(400, "unknown_field");
        await basket.CheckOutAsync(change: b => { Own(b); b.Remove("deliveryAddress"); }).ShouldBeAsync(400, "invalid_request");
        await basket.CheckOutAsync("", Own).ShouldBeAsync(400, "idempotency_key_required");
        await basket.PutAsync(limited, 4).ShouldBeAsync(200);
        await basket.CheckOutAsync(change: Own).ShouldBeAsync(422, "purchase_limit");
        await Server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE variants SET active = $2 WHERE id = $1", shop.Variant, false));
        await basket.CheckOutAsync(change: Own).ShouldBeAsync(422, "variant_not_for_sale");
        var cart = (await basket.GetAsync()).Body;
        Assert.Equal([(shop.Variant, 5), (limited, 4)], cart.Lines());
        Assert.Equal(3, cart.Version());
        Assert.Equal((5, 0), await shop.StockAsync());
        await basket.RemoveAsync(shop.Variant).ShouldBeAsync(200);
        await basket.PutAsync(limited, 3).ShouldBeAsync(200);
        await basket.CheckOutAsync(change: Own).ShouldBeAsync(201);
    }

    [Fact]
    public async Task What_was_held_for_the_order_is_taken_over_and_a_code_is_judged_as_in_placing()
    {
        var shop = await Shop.CreateAsync(Server.Db, 2);
        var basket = await FilledAsync(shop);
        var (_, held, _) = await Shop.PostAsync(Server.Admin, "/inventory/reservations",
            new JsonObject { ["lines"] = new JsonArray(new JsonObject { ["variantId"] = shop.Variant, ["quantity"] = 2 }) });
        await basket.CheckOutAsync(change: Own).ShouldBeAsync(409, "insufficient_stock");
        await basket.CheckOutAsync(
            change: b => { Own(b); b["discountCode"] = "NONE"; b["reservationId"] = held.GetProperty("id").GetString(); })
            .ShouldBeAsync(422, "discount_unknown");
        Assert.Single((await basket.GetAsync()).Body.Lines());
        await basket.CheckOutAsync(change: b => { Own(b); b["reservationId"] = held.GetProperty("id").GetString(); }).ShouldBeAsync(201);
        Assert.Empty((await basket.GetAsync()).Body.Lines());
        Assert.Equal((2, 2), await shop.StockAsync());
    }

    [Fact]
    public async Task Another_customers_cart_cannot_be_checked_out()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var basket = await FilledAsync(shop);
        await new Basket(Server.Customer(), shop).CheckOutAsync(change: Own).ShouldBeAsync(422, "cart_empty");
        foreach (var stranger in new[] { Server.Guest, Server.Staff(shop.StoreId), Server.Service(shop.StoreId), Server.Admin })
        {
            await new Basket(stranger, shop).CheckOutAsync().ShouldBeAsync(422, "cart_empty");
        }

        Assert.Single((await basket.GetAsync()).Body.Lines());
    }

    [Fact]
    public async Task A_customer_who_brings_a_visitors_cart_orders_both()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9, 9);
        var visitor = await FilledAsync(shop, Server.Guest);
        var mine = new Basket(Server.Customer(), shop);
        await mine.PutAsync(shop.Variants[1], 1).ShouldBeAsync(200);
        mine.Token = visitor.Token;
        var key = Guid.CreateVersion7().ToString();
        var order = await mine.CheckOutAsync(key, Own).ShouldBeAsync(201);
        Assert.Equal(new[] { (shop.Variant, 2L), (shop.Variants[1], 1) }.Order(), order.Lines().Order());
        Assert.Equal(order.GetRawText(), (await mine.CheckOutAsync(key, Own).ShouldBeAsync(201)).GetRawText());
        Assert.Empty((await visitor.GetAsync()).Body.Lines());
        Assert.Equal(JsonValueKind.Null, (await mine.GetAsync()).Body.GetProperty("notMerged").ValueKind);
    }

    [Fact]
    public async Task Nobody_orders_less_than_they_saw_because_merging_left_something_out()
    {
        var shop = await Shop.CreateAsync(Server.Db, 3, 9);
        var visitor = new Basket(Server.Guest, shop);
        await visitor.PutAsync(shop.Variant, 5).ShouldBeAsync(200);
        await visitor.PutAsync(shop.Variants[1], 1).ShouldBeAsync(200);
        var mine = new Basket(Server.Customer(), shop) { Token = visitor.Token };
        var key = Guid.CreateVersion7().ToString();
        for (var tries = 0; tries < 2; tries++)
        {
            var refused = (await mine.CheckOutAsync(key, Own).ShouldBeAsync(409, "cart_changed")).GetProperty("notMerged");
            Assert.Equal((1, shop.Variant, 2),
                (refused.GetArrayLength(), refused[0].GetProperty("variantId").GetGuid(), refused[0].GetProperty("quantity").GetInt64()));
        }

        Assert.Equal(2, (await visitor.GetAsync()).Body.Lines().Count);
        Assert.Equal(0, await shop.CountAsync("SELECT COUNT(*) FROM orders WHERE store_id = $1", shop.StoreId));

        // Seen, the rest can be ordered.
        Assert.Equal(1, (await mine.GetAsync()).Body.GetProperty("notMerged").GetArrayLength());
        var order = await mine.CheckOutAsync(key, Own).ShouldBeAsync(201);
        Assert.Equal(new[] { (shop.Variant, 3L), (shop.Variants[1], 1) }.Order(), order.Lines().Order());
    }
}

public sealed class CheckOut_on_sqlite(SqliteHost host) : CheckOutTests(host), IClassFixture<SqliteHost>;

public sealed class CheckOut_on_postgresql(PostgresHost host) : CheckOutTests(host), IClassFixture<PostgresHost>;
