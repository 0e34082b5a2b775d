using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Platform.Messaging.Outbox;
using Holdfast.Tests.Carts;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Inventory;

namespace Holdfast.Tests.Orders;

/// <summary>Quotes, lists, statistics, edits, deletion and ownership, over HTTP, on both databases.</summary>
public abstract class OrderApiTests(TestHost host)
{
    private TestServer Server => host.Server;

    private async Task<JsonElement> PlacedAsync(Shop shop, HttpClient? client = null, JsonObject? body = null)
    {
        var (status, order, _) = await shop.OrderAsync(client ?? Server.Guest, body);
        Assert.Equal(201, status);
        return order;
    }

    private static string Path(JsonElement order) => $"/api/v1/orders/{order.GetProperty("id").GetGuid()}";

    private static async Task<(int Status, JsonElement Body)> PutAsync(HttpClient client, string path, JsonObject body, string? etag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(body) };
        if (etag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", etag);
        }

        var response = await client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    [Fact]
    public async Task A_quote_says_what_placing_would_and_writes_nothing()
    {
        var shop = await Shop.CreateAsync(Server.Db, 3);
        var (status, quote, _) = await Shop.PostAsync(Server.Guest, "/orders/quote", shop.Body((0, 2)));
        Assert.Equal((200, 2000, true), (status, quote.GetProperty("total").GetInt64(), quote.GetProperty("canBePlaced").GetBoolean()));
        (_, quote, _) = await Shop.PostAsync(Server.Guest, "/orders/quote", shop.Body((0, 4)));
        Assert.Equal("insufficient_stock", quote.GetProperty("obstacle").GetProperty("code").GetString());
        Assert.Equal((3, 0), await shop.StockAsync());
    }

    [Fact]
    public async Task An_expected_total_that_no_longer_holds_is_refused_with_the_new_quote()
    {
        var shop = await Shop.CreateAsync(Server.Db, 3);
        var body = shop.Body((0, 2));
        body["expectedTotal"] = 1999;
        var (status, answer, _) = await shop.OrderAsync(Server.Guest, body);
        Assert.Equal((409, "total_changed", 2000),
            (status, answer.GetProperty("code").GetString(), answer.GetProperty("quote").GetProperty("total").GetInt64()));
        body["expectedTotal"] = 2000;
        Assert.Equal(201, (await shop.OrderAsync(Server.Guest, body)).Status);
    }

    [Theory]
    [InlineData("discountCode", "SALE", "discount_unknown")]
    [InlineData("redeemPoints", 5, "insufficient_points")]
    [InlineData("reservationId", "01900000-0000-7000-8000-000000000001", "unknown_reservation")]
    public async Task What_is_not_there_is_refused_and_never_ignored(string member, object value, string code)
    {
        var shop = await Shop.CreateAsync(Server.Db, 3);
        var body = shop.Body();
        body[member] = JsonValue.Create(value);
        var (status, answer, _) = await shop.OrderAsync(Server.Guest, body);
        Assert.Equal((422, code), (status, answer.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task What_the_store_does_not_have_is_refused_by_name()
    {
        var shop = await Shop.CreateAsync(Server.Db, 3);
        var other = await Shop.CreateAsync(Server.Db, 3);
        var body = shop.Body();
        body["lines"]![0]!["variantId"] = other.Variant;
        Assert.Equal("unknown_variant", (await shop.OrderAsync(Server.Guest, body)).Body.GetProperty("code").GetString());
        body["storeId"] = Guid.CreateVersion7();
        Assert.Equal("unknown_store", (await shop.OrderAsync(Server.Guest, body)).Body.GetProperty("code").GetString());
        await Server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE variants SET active = $2 WHERE id = $1", shop.Variant, false));
        Assert.Equal("variant_not_for_sale", (await shop.OrderAsync(Server.Guest)).Body.GetProperty("code").GetString());
        Assert.Equal(0,
            await shop.CountAsync("SELECT COUNT(*) FROM idempotency_keys k JOIN orders o ON o.id = k.event_subject WHERE o.store_id = $1",
            shop.StoreId));
    }

    [Fact]
    public async Task A_key_belongs_to_its_request()
    {
        var shop = await Shop.CreateAsync(Server.Db, 3);
        var key = Guid.CreateVersion7().ToString();
        Assert.Equal(201, (await shop.OrderAsync(Server.Guest, shop.Body((0, 1)), key)).Status);
        Assert.Equal("idempotency_key_reused", (await shop.OrderAsync(Server.Guest, shop.Body((0, 2)), key)).Body.GetProperty("code")
            .GetString());
        using var none = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders") { Content = JsonContent.Create(shop.Body()) };
        Assert.Contains("idempotency_key_required",
            await (await Server.Guest.SendAsync(none, TestContext.Current.CancellationToken)).Content.ReadAsStringAsync(
            TestContext.Current.CancellationToken));

        // A refusal is not kept: the same key is judged again.
        key = Guid.CreateVersion7().ToString();
        Assert.Equal(409, (await shop.OrderAsync(Server.Guest, shop.Body((0, 3)), key)).Status);
        await Server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE stock SET on_hand = 4 WHERE variant_id = $1", shop.Variant));
        Assert.Equal(201, (await shop.OrderAsync(Server.Guest, shop.Body((0, 3)), key)).Status);
    }

    [Fact]
    public async Task Somebody_elses_order_does_not_exist()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var (mine, other) = (Server.Customer(), Server.Customer());
        var body = shop.Body();
        body.Remove("customer");
        var order = await PlacedAsync(shop, mine, body);
        var guests = await PlacedAsync(shop);
        Assert.Equal(HttpStatusCode.OK, (await mine.GetAsync(Path(order))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Server.Staff(shop.StoreId).GetAsync(Path(order))).StatusCode);
        foreach (var stranger in new[] { other, Server.Guest, Server.Staff(Guid.CreateVersion7()) })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(Path(order))).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"{Path(order)}/history")).StatusCode);
            Assert.Equal(404, (await Shop.PostAsync(stranger, $"{Path(order)["/api/v1".Length..]}/cancel", null)).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.DeleteAsync(Path(order))).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(Path(guests))).StatusCode);
        }

        using var withKey = new HttpRequestMessage(HttpMethod.Get, Path(guests));
        withKey.Headers.Add("X-Access-Key", guests.GetProperty("accessKey").GetString());
        Assert.Equal(HttpStatusCode.OK, (await Server.Guest.SendAsync(withKey)).StatusCode);
        Assert.Equal(403, (await Shop.PostAsync(mine, $"{Path(order)["/api/v1".Length..]}/ship", null)).Status);
        Assert.Equal(401, (await Shop.PostAsync(Server.Guest, $"{Path(order)["/api/v1".Length..]}/ship", null)).Status);
        Assert.Equal(200, (await Shop.PostAsync(mine, $"{Path(order)["/api/v1".Length..]}/cancel", null)).Status);
    }

    [Fact]
    public async Task Lists_page_through_everything_once_and_show_a_customer_their_own()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        var customer = Server.Customer();
        var body = shop.Body();
        body.Remove("customer");
        for (var i = 0; i < 7; i++)
        {
            await PlacedAsync(shop, i % 2 == 0 ? customer : Server.Guest, i % 2 == 0 ? (JsonObject)body.DeepClone() : shop.Body((0, i)));
        }

        foreach (var sort in new[] { "-createdAt", "createdAt", "total", "-total" })
        {
            var (seen, cursor) = (new List<Guid>(), "");
            do
            {
                var page = await Server.Admin.GetFromJsonAsync<JsonElement>(
                    $"/api/v1/orders?storeId={shop.StoreId}&limit=3&sort={sort}{cursor}");
                seen.AddRange(page.GetProperty("items").EnumerateArray().Select(o => o.GetProperty("id").GetGuid()));
                cursor = page.GetProperty("nextCursor").GetString() is { } next ? $"&cursor={next}" : "";
            }
            while (cursor.Length > 0);
            Assert.Equal(7, seen.Distinct().Count());
            Assert.Equal(7, seen.Count);
        }

        var own = await customer.GetFromJsonAsync<JsonElement>("/api/v1/orders");
        Assert.Equal(4, own.GetProperty("items").GetArrayLength());
        Assert.Equal(HttpStatusCode.NotFound,
            (await Server.Staff(Guid.CreateVersion7()).GetAsync($"/api/v1/orders?storeId={shop.StoreId}")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Server.Admin.GetAsync("/api/v1/orders?cursor=xyz")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Server.Admin.GetAsync("/api/v1/orders?status=lost")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Server.Guest.GetAsync("/api/v1/orders")).StatusCode);
    }

    [Fact]
    public async Task Search_finds_by_number_email_and_name()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        var body = shop.Body();
        body["customer"] = new JsonObject { ["email"] = $"le.{shop.StoreId:N}@example.com", ["name"] = $"Trần {shop.StoreId:N}" };
        // Many systems' ids have the form of ours.
        var externalId = Guid.CreateVersion7().ToString();
        body["externalId"] = externalId;
        var order = await PlacedAsync(shop, Server.Staff(shop.StoreId), body);
        await PlacedAsync(shop);
        var number = order.GetProperty("number").GetString()!;
        foreach (var q in new[] { number, $"#{number}", $" # {number.Replace('-', '\u2013')}\u00a0", number.ToLowerInvariant()
            .Replace("-", " ", StringComparison.Ordinal), $"le.{shop.StoreId:N}@", $"{shop.StoreId:N}", externalId, order.GetProperty("id")
            .GetString()! })
        {
            var found = await Server.Admin.GetFromJsonAsync<JsonElement>(
                $"/api/v1/orders?storeId={shop.StoreId}&q={Uri.EscapeDataString(q)}");
            Assert.Equal([order.GetProperty("id").GetGuid()], found.GetProperty("items").EnumerateArray()
                .Select(o => o.GetProperty("id").GetGuid()));
        }

        var none = await Server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders?storeId={shop.StoreId}&q=%25'%22--");
        Assert.Equal(0, none.GetProperty("items").GetArrayLength());
        await shop.OrderAsync(Server.Staff(shop.StoreId), (JsonObject)body.DeepClone()).ShouldBeAsync(409, "external_id_taken");
    }

    [Fact]
    public async Task Edits_need_the_version_that_was_read()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var order = await PlacedAsync(shop);
        var (status, edited) = await PutAsync(Server.Admin, Path(order), new JsonObject { ["note"] = "x" });
        Assert.Equal((428, "precondition_required"), (status, edited.GetProperty("code").GetString()));
        (status, edited) = await PutAsync(Server.Admin, Path(order), new JsonObject { ["note"] = "x" }, "\"9\"");
        Assert.Equal((412, "precondition_failed"), (status, edited.GetProperty("code").GetString()));
        (status, edited) = await PutAsync(Server.Admin, Path(order),
            new JsonObject { ["note"] = "ring twice", ["deliveryAddress"] = "2 Trần Phú" }, "\"1\"");
        Assert.Equal((200, "ring twice", "2 Trần Phú", 2),
            (status, edited.GetProperty("note").GetString(), edited.GetProperty("deliveryAddress").GetString(),
            edited.GetProperty("version").GetInt32()));
        (status, edited) = await PutAsync(Server.Admin, Path(order), new JsonObject { ["status"] = "confirmed", ["version"] = 2 });
        Assert.Equal((200, "confirmed"), (status, edited.GetProperty("status").GetString()));
        (status, edited) = await PutAsync(Server.Admin, Path(order), new JsonObject { ["status"] = "delivered", ["version"] = 3 });
        Assert.Equal((409, "illegal_transition", "confirmed", "delivered"),
            (status, edited.GetProperty("code").GetString(), edited.GetProperty("from").GetString(), edited.GetProperty("to").GetString()));
        Assert.Equal(400, (await PutAsync(Server.Admin, Path(order), new JsonObject { ["total"] = 1, ["version"] = 3 })).Status);
    }

    [Fact]
    public async Task Ended_orders_can_be_hidden_or_erased()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var (order, key) = (await PlacedAsync(shop), Guid.CreateVersion7().ToString());
        await Server.Admin.DeleteAsync(Path(order)).ShouldBeAsync(409, "order_not_ended");
        await Shop.PostAsync(Server.Admin, $"{Path(order)["/api/v1".Length..]}/cancel", null);
        Assert.Equal(HttpStatusCode.NoContent, (await Server.Admin.DeleteAsync(Path(order))).StatusCode);
        var list = await Server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders?storeId={shop.StoreId}");
        Assert.Equal(0, list.GetProperty("items").GetArrayLength());

        var body = shop.Body();
        var (_, second, _) = await shop.OrderAsync(Server.Guest, body, key);
        await Shop.PostAsync(Server.Admin, $"{Path(second)["/api/v1".Length..]}/cancel", null);
        await Until.TrueAsync("the relay hands everything on", async () => await shop.CountAsync("SELECT COUNT(*) FROM outbox") == 0);
        Assert.Equal(HttpStatusCode.Forbidden, (await Server.Staff(shop.StoreId).DeleteAsync($"{Path(second)}?hard=true")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Server.Admin.DeleteAsync($"{Path(second)}?hard=true")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Server.Admin.GetAsync(Path(second))).StatusCode);
        await shop.OrderAsync(Server.Guest, body, key).ShouldBeAsync(410, "resource_gone");
        Assert.Equal((1, 9, 0),
            (await shop.CountAsync("SELECT COUNT(*) FROM orders WHERE store_id = $1", shop.StoreId), (await shop.StockAsync()).OnHand,
            (await shop.StockAsync()).Reserved));
    }

    [Fact]
    public async Task Statistics_count_every_order_once_in_the_state_it_is_in()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        for (var i = 0; i < 5; i++)
        {
            var order = await PlacedAsync(shop, body: shop.Body((0, i + 1)));
            var path = Path(order)["/api/v1".Length..];
            if (i > 0)
            {
                await Shop.PostAsync(Server.Admin, $"{path}/payments",
                    new JsonObject
                    {
                        ["provider"] = "bank",
                        ["transactionId"] = $"{path}",
                        ["amount"] = 1000 * (i + 1),
                        ["currency"] = "VND"
                    });
            }

            if (i == 4)
            {
                await Shop.PostAsync(Server.Admin, $"{path}/cancel", null);
            }
        }

        await Until.TrueAsync("the relay hands everything on", async () => await shop.CountAsync("SELECT COUNT(*) FROM outbox") == 0);
        while (await Server.Get<Relay>().RunOnceAsync() > 0)
        {
        }

        var statistics = await Server.Staff(shop.StoreId)
            .GetFromJsonAsync<JsonElement>($"/api/v1/orders/statistics?storeId={shop.StoreId}");
        Assert.Equal(5, statistics.GetProperty("totalOrders").GetInt64());
        Assert.Equal("""{"cancelled":1,"confirmed":3,"pending":1}""", statistics.GetProperty("ordersByStatus").GetRawText());
        Assert.Equal(14000, statistics.GetProperty("totalRevenue")[0].GetProperty("value").GetInt64());
        Assert.Equal(3000, statistics.GetProperty("averageOrderValue")[0].GetProperty("value").GetInt64());
        Assert.Equal(HttpStatusCode.NotFound,
            (await Server.Staff(Guid.CreateVersion7()).GetAsync($"/api/v1/orders/statistics?storeId={shop.StoreId}")).StatusCode);
    }
}

public sealed class OrderApi_on_sqlite(SqliteHost host) : OrderApiTests(host), IClassFixture<SqliteHost>;

public sealed class OrderApi_on_postgresql(PostgresHost host) : OrderApiTests(host), IClassFixture<PostgresHost>;
