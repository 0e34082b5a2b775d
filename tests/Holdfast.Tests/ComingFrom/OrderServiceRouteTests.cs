using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Carts;
using Holdfast.Tests.Catalog;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.ComingFrom;

/// <summary>The routes of an order service with Redis sessions and Kafka, by those that Holdfast has instead.</summary>
public abstract class OrderServiceRouteTests(TestHost host)
{
    private TestServer Server => host.Server;

    [Fact]
    public async Task An_order_holds_its_stock_from_the_first_answer_on()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var buyer = Server.Customer();
        var (status, order, _) = await shop.OrderAsync(buyer, Buying.Body(shop), "one click");
        Assert.Equal((201, "pending"), (status, order.Text("status")));
        Assert.Equal((10, 2), await shop.StockAsync());

        // The second click is the same order, not another.
        var (_, again, response) = await shop.OrderAsync(buyer, Buying.Body(shop), "one click");
        Assert.Equal((order.GetRawText(), "true"), (again.GetRawText(), response.Headers.GetValues("Idempotency-Replayed").Single()));
        Assert.Equal((10, 2), await shop.StockAsync());
    }

    [Fact]
    public async Task The_cart_becomes_the_order_and_is_empty()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var basket = new Basket(Server.Customer(), shop);
        await basket.PutAsync(shop.Variant, 2).ShouldBeAsync(200);
        var order = await basket.CheckOutAsync(change: b => b.Remove("customer")).ShouldBeAsync(201);
        Assert.Equal([(shop.Variant, 2)], order.Lines());
        Assert.Empty((await basket.GetAsync()).Body.Lines());
        Assert.Equal((10, 2), await shop.StockAsync());
    }

    [Fact]
    public async Task The_state_is_read_with_the_order()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var buyer = Server.Customer();
        var order = await Buying.PlaceAsync(shop, buyer);
        var read = await buyer.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{order.Text("id")}");
        Assert.Equal(("pending", "unpaid"), (read.Text("status"), read.Text("paymentStatus")));
        (await Server.Customer().Get($"/orders/{order.Text("id")}")).Is(404, "not_found");
    }

    [Fact]
    public async Task Ones_own_orders_are_listed_by_state_and_cursor()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var buyer = Server.Customer();
        var orders = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            orders.Add((await Buying.PlaceAsync(shop, buyer, 1)).Text("id"));
        }

        await Shop.PostAsync(buyer, $"/orders/{orders[1]}/cancel", null);
        await Until.TrueAsync("the list has it", async () => (await buyer.Get("/orders?status=pending")).Items.Count == 2);
        var first = await buyer.Get("/orders?status=pending&limit=1");
        var second = await buyer.Get($"/orders?status=pending&limit=1&cursor={first["nextCursor"]}");
        Assert.Equal([orders[2], orders[0]], new[] { first, second }.Select(page => (string)page.Items.Single()!["id"]!));
        Assert.Null(second["nextCursor"]);
        (await buyer.Get("/orders?page=2")).Is(400, "unknown_parameter");
    }

    [Fact]
    public async Task Those_who_work_for_a_store_list_its_orders()
    {
        var (shop, other) = (await Shop.CreateAsync(Server.Db, 10), await Shop.CreateAsync(Server.Db, 10));
        var order = await Buying.PlaceAsync(shop, Server.Customer());
        await Buying.PlaceAsync(other, Server.Customer());
        var list = await Server.Staff(shop.StoreId).Get($"/orders?storeId={shop.StoreId}");
        Assert.Equal(order.Text("id"), (string)list.Items.Single()!["id"]!);
    }

    [Fact]
    public async Task The_link_to_pay_stays_with_the_payment_service()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var buyer = Server.Customer();
        var order = await Buying.PlaceAsync(shop, buyer);
        Assert.False(order.Has("paymentUrl"));
        (await buyer.Get($"/orders/{order.Text("id")}/payment-url")).Is(404, "not_found");
        Assert.Equal(order.Text("expirationTime"), order.GetProperty("session").Text("expiresAt"));

        // Whoever took the money tells it.
        var (status, paid, _) = await Shop.PostAsync(Server.Service(shop.StoreId), $"/orders/{order.Text("id")}/payments",
            Desk.Payment(2000, provider: "vnpay"));
        Assert.Equal((201, "confirmed", "paid"), (status, paid.Text("status"), paid.Text("paymentStatus")));
    }

    [Fact]
    public async Task A_quote_names_what_stands_in_the_way_and_holds_nothing()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var buyer = Server.Customer();
        var (_, good, _) = await Shop.PostAsync(buyer, "/orders/quote", Buying.Body(shop, 10));
        Assert.Equal((true, 10_000), (good.GetProperty("canBePlaced").GetBoolean(), good.Whole("total")));
        var (status, bad, _) = await Shop.PostAsync(buyer, "/orders/quote", Buying.Body(shop, 11));
        var obstacle = bad.GetProperty("obstacle");
        Assert.Equal((200, false, "insufficient_stock", 10), (status, bad.GetProperty("canBePlaced").GetBoolean(), obstacle.Text("code"),
            obstacle.GetProperty("facts").GetProperty("shortages")[0].Whole("available")));
        Assert.Equal((10, 0), await shop.StockAsync());
    }

    [Fact]
    public async Task Stock_comes_back_once_in_the_commit_of_the_cancellation()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var buyer = Server.Customer();
        var path = $"/orders/{(await Buying.PlaceAsync(shop, buyer)).Text("id")}";
        var (status, cancelled, _) = await Shop.PostAsync(buyer, $"{path}/cancel", new JsonObject { ["reason"] = "changed my mind" });
        Assert.Equal((200, "cancelled"), (status, cancelled.Text("status")));
        Assert.Equal((10, 0), await shop.StockAsync());

        // Neither a second time nor by a call of its own.
        var (again, refusal, _) = await Shop.PostAsync(buyer, $"{path}/cancel", null);
        Assert.Equal((409, "illegal_transition"), (again, refusal.Text("code")));
        Assert.Equal(404, (await Shop.PostAsync(buyer, $"{path}/rollback-stock", null)).Status);
        Assert.Equal((10, 0), await shop.StockAsync());
    }

    [Fact]
    public async Task An_order_is_cancelled_and_only_then_hidden()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var buyer = Server.Customer();
        var path = $"/orders/{(await Buying.PlaceAsync(shop, buyer)).Text("id")}";
        (await buyer.Delete(path)).Is(409, "order_not_ended");
        await Shop.PostAsync(buyer, $"{path}/cancel", null);
        Assert.Equal(HttpStatusCode.NoContent, (await buyer.Delete(path)).Status);
        await Until.TrueAsync("it is in no list of the buyer's", async () => (await buyer.Get("/orders")).Items.Count == 0);
        Assert.Equal(HttpStatusCode.OK, (await Server.Staff(shop.StoreId).Get(path)).Status);
    }

    [Fact]
    public async Task Another_system_reserves_releases_and_takes_stock()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var service = Server.Service(shop.StoreId);
        var (status, held, _) = await ReserveAsync();
        Assert.Equal((201, "active"), (status, held.Text("status")));
        Assert.Equal((10, 2), await shop.StockAsync());
        for (var i = 0; i < 2; i++)
        {
            await Shop.PostAsync(service, $"/inventory/reservations/{held.Text("id")}/release", null);
            Assert.Equal((10, 0), await shop.StockAsync());
        }

        var (_, taken, _) = await ReserveAsync();
        await Shop.PostAsync(service, $"/inventory/reservations/{taken.Text("id")}/commit", null);
        Assert.Equal((8, 0), await shop.StockAsync());

        Task<(int Status, JsonElement Body, HttpResponseMessage Response)> ReserveAsync() =>
            Shop.PostAsync(service, "/inventory/reservations", new JsonObject
            {
                ["lines"] = new JsonArray(new JsonObject { ["variantId"] = shop.Variant, ["quantity"] = 2 }),
            });
    }

    [Fact]
    public async Task A_line_of_the_cart_is_set_and_removed()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10, 10);
        var basket = new Basket(Server.Customer(), shop);
        await basket.PutAsync(shop.Variant, 2).ShouldBeAsync(200);
        await basket.PutAsync(shop.Variants[1], 1).ShouldBeAsync(200);
        Assert.Equal([(shop.Variant, 3), (shop.Variants[1], 1)], (await basket.PutAsync(shop.Variant, 3).ShouldBeAsync(200)).Lines());
        Assert.Equal([(shop.Variants[1], 1)], (await basket.RemoveAsync(shop.Variant).ShouldBeAsync(200)).Lines());
        Assert.Empty((await basket.ClearAsync().ShouldBeAsync(200)).Lines());
    }

    [Fact]
    public async Task A_cart_is_asked_for_by_its_store()
    {
        var (shop, other) = (await Shop.CreateAsync(Server.Db, 10), await Shop.CreateAsync(Server.Db, 10));
        var buyer = Server.Customer();
        await new Basket(buyer, shop).PutAsync(shop.Variant, 2).ShouldBeAsync(200);
        Assert.Single((await new Basket(buyer, shop).GetAsync()).Body.Lines());
        Assert.Empty((await new Basket(buyer, other).GetAsync()).Body.Lines());
        (await buyer.Get("/carts")).Is(404, "not_found");
    }

    [Fact]
    public async Task Customers_register_sign_in_and_see_themselves()
    {
        var who = new { email = $"{Guid.CreateVersion7():N}@example.com", password = "mua-hang-tet-2027" };
        Assert.Equal(HttpStatusCode.Created, (await Server.Guest.Post("/auth/register", who)).Status);
        var token = (string)(await Server.Guest.Post("/auth/login", who))["accessToken"]!;
        var me = await Server.Client(token).Get("/auth/me");
        Assert.Equal((who.email, "customer"), ((string)me["email"]!, (string)me["role"]!));
    }

    [Fact]
    public async Task Anybody_checks_a_token_with_the_published_key()
    {
        var keys = await Server.Guest.GetFromJsonAsync<JsonElement>("/.well-known/jwks.json");
        Assert.All(keys.GetProperty("keys").EnumerateArray(), key => Assert.Equal("ES256", key.Text("alg")));
    }

    [Fact]
    public async Task A_product_is_made_changed_and_taken_off_sale()
    {
        var store = await Server.Admin.NewStoreAsync();
        var staff = Server.Staff(store);
        var made = await staff.Post("/products",
            new { storeId = store, name = "Áo dài", variants = new[] { new { sku = "A", price = 1000 } } });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal(made.Id, (string)(await Server.Guest.Get($"/products?storeId={store}")).Items.Single()!["id"]!);
        var variants = new[] { new { sku = "A", price = 1500, active = false } };
        var changed = await staff.Put($"/products/{made.Id}", new { name = "Áo dài", variants }, made.ETag);
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        var order = new
        {
            storeId = store,
            lines = new[] { new { variantId = (string)made["variants"]![0]!["id"]!, quantity = 1 } },
            deliveryAddress = "1 Lê Lợi",
            contactPhone = "0901234567",
        };
        (await Server.Customer().Post("/orders", order, "k")).Is(422, "variant_not_for_sale");
        Assert.Equal(HttpStatusCode.NoContent, (await staff.Delete($"/products/{made.Id}", changed.ETag)).Status);
        await Until.TrueAsync("it is gone", async () => (await Server.Guest.Get($"/products/{made.Id}")).Status == HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Categories_are_names_on_products()
    {
        var store = await Server.Admin.NewStoreAsync();
        await Server.Staff(store).NewProductAsync(store, "Áo dài", category: "Áo");
        await Server.Staff(store).NewProductAsync(store, "Nón lá", category: "Nón");
        var found = await Server.Guest.Get($"/products?storeId={store}&category={Uri.EscapeDataString("Áo")}");
        Assert.Equal("Áo dài", (string)found.Items.Single()!["name"]!);
    }

    [Fact]
    public async Task Health_names_each_dependency()
    {
        var health = await Server.Guest.GetFromJsonAsync<JsonElement>("/health");
        Assert.Equal(("healthy", "database"), (health.Text("status"), health.GetProperty("dependencies")[0].Text("name")));
        Assert.Equal(HttpStatusCode.NotFound, (await Server.Guest.GetAsync("/metrics")).StatusCode);
    }
}

public sealed class Order_service_routes_on_sqlite(SqliteHost host) : OrderServiceRouteTests(host), IClassFixture<SqliteHost>;

public sealed class Order_service_routes_on_postgresql(PostgresHost host) : OrderServiceRouteTests(host), IClassFixture<PostgresHost>;
