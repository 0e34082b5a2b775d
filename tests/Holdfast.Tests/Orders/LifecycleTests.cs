using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Orders.Lifecycle;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>What can happen to an order after it was placed, over HTTP, on both databases.</summary>
public abstract class LifecycleTests(TestHost host)
{
    private TestServer Server => host.Server;

    private static JsonObject Payment(long amount, string? transaction = null, string currency = "VND") => new()
    {
        ["transactionId"] = transaction ?? Guid.CreateVersion7().ToString(),
        ["amount"] = amount,
        ["currency"] = currency,
        ["provider"] = "bank",
    };

    private async Task<JsonElement> PlacedAsync(Shop shop, JsonObject? body = null)
    {
        var (status, order, _) = await shop.OrderAsync(Server.Guest, body);
        Assert.Equal(201, status);
        return order;
    }

    private async Task<JsonElement> DoAsync(JsonElement order, string what, JsonNode? body = null, int expect = 200, string? code = null)
    {
        var (status, answer, _) = await Shop.PostAsync(Server.Admin, $"/orders/{order.GetProperty("id").GetGuid()}/{what}", body);
        Assert.True(expect == status, $"{what}: {status} {answer}");
        if (code is not null)
        {
            Assert.Equal(code, answer.GetProperty("code").GetString());
        }

        return answer;
    }

    private static (string Status, string Payment, long RefundDue) State(JsonElement order) =>
        (order.GetProperty("status").GetString()!, order.GetProperty("paymentStatus").GetString()!, order.GetProperty("refundDue")
        .GetInt64());

    /// <summary>Lets the order's time run out, on the database's clock, without a sweep.</summary>
    private Task OverdueAsync(JsonElement order) => Server.Db.WriteAsync(async tx =>
    {
        var now = await tx.NowAsync();
        await tx.ExecuteAsync("UPDATE orders SET expires_at = $2 WHERE id = $1", order.GetProperty("id").GetGuid(), now.AddSeconds(-1));
    });

    private async Task<JsonElement> GetAsync(JsonElement order) =>
        await Server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{order.GetProperty("id").GetGuid()}");

    [Fact]
    public async Task A_service_has_no_way_around_the_routes_that_are_for_staff()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var order = await PlacedAsync(shop);
        var (id, service) = (order.GetProperty("id").GetGuid(), Server.Service(shop.StoreId));
        Assert.Equal(201, (await Shop.PostAsync(service, $"/orders/{id}/payments", Payment(order.GetProperty("total").GetInt64()))).Status);
        var version = (await service.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{id}")).GetProperty("version").GetInt32();
        foreach (var status in new[] { "shipped", "delivered", "returned", "confirmed", "cancelled" })
        {
            using var answer = await service.PutAsJsonAsync($"/api/v1/orders/{id}", new { status, version });
            Assert.Equal((400, "status"),
                ((int)answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateObject()
                .Single().Name));
        }

        using var noted = await service.PutAsJsonAsync($"/api/v1/orders/{id}", new { note = "ring twice", version });
        Assert.Equal(200, (int)noted.StatusCode);
        using var shipped = await Server.Staff(shop.StoreId)
            .PutAsJsonAsync($"/api/v1/orders/{id}", new { status = "shipped", version = version + 1 });
        Assert.Equal(200, (int)shipped.StatusCode);
    }

    [Fact]
    public async Task Payments_add_up_and_reaching_the_total_confirms()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var order = await PlacedAsync(shop, shop.Body((0, 3)));
        Assert.Equal(("pending", "partially_paid", 0), State(await DoAsync(order, "payments", Payment(1000), 201)));
        Assert.Equal(("confirmed", "paid", 0), State(await DoAsync(order, "payments", Payment(2000), 201)));
        Assert.Equal(("confirmed", "paid", 500), State(await DoAsync(order, "payments", Payment(500), 201)));
        Assert.Equal((10, 3), await shop.StockAsync());
    }

    [Fact]
    public async Task The_same_transaction_twice_is_one()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var order = await PlacedAsync(shop);
        await DoAsync(order, "payments", Payment(400, "t-1"), 201);
        var again = await DoAsync(order, "payments", Payment(400, "t-1"), 201);
        Assert.Equal(400, again.GetProperty("amountPaid").GetInt64());
        await DoAsync(order, "payments", Payment(500, "t-1"), 409, "transaction_conflict");
        var other = await PlacedAsync(shop);
        await DoAsync(other, "payments", Payment(400, "t-1"), 409, "transaction_conflict");
        await DoAsync(order, "payments", Payment(400, currency: "USD"), 422, "currency_mismatch");
    }

    [Fact]
    public async Task Twenty_retries_of_one_payment_at_once_are_one_payment()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var order = await PlacedAsync(shop);
        var (body, key) = (Payment(1000), Guid.CreateVersion7().ToString());
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            Shop.PostAsync(Server.Admin, $"/orders/{order.GetProperty("id").GetGuid()}/payments", body.DeepClone(), key)));
        Assert.All(answers, a => Assert.Equal(201, a.Status));
        Assert.Single(answers.Select(a => a.Body.GetRawText()).Distinct());
        Assert.Equal(1,
            await shop.CountAsync("SELECT COUNT(*) FROM payment_transactions WHERE order_id = $1", order.GetProperty("id").GetGuid()));
    }

    [Fact]
    public async Task Late_money_takes_the_stock_again_or_becomes_refund_due()
    {
        var shop = await Shop.CreateAsync(Server.Db, 2);
        var first = await PlacedAsync(shop, shop.Body((0, 2)));
        await OverdueAsync(first);
        Assert.Equal(("confirmed", "paid", 0), State(await DoAsync(first, "payments", Payment(2000), 201)));
        Assert.Equal((2, 2), await shop.StockAsync());

        await DoAsync(first, "cancel");
        var second = await PlacedAsync(shop, shop.Body((0, 1)));
        await OverdueAsync(second);
        await Server.ExpireAsync(second.GetProperty("id").GetGuid());
        await PlacedAsync(shop, shop.Body((0, 2)));
        Assert.Equal(("expired", "paid", 1000), State(await DoAsync(second, "payments", Payment(1000), 201)));
        Assert.Equal(1,
            await shop.CountAsync("SELECT COUNT(*) FROM refunds WHERE order_id = $1 AND amount = 1000", second.GetProperty("id")
            .GetGuid()));
        Assert.Equal((2, 2), await shop.StockAsync());
    }

    [Fact]
    public async Task Money_after_a_cancellation_is_always_due_back()
    {
        var shop = await Shop.CreateAsync(Server.Db, 2);
        var order = await PlacedAsync(shop);
        Assert.Equal("cancelled", (await DoAsync(order, "cancel", new JsonObject { ["reason"] = "changed my mind" })).GetProperty("status")
            .GetString());
        Assert.Equal((2, 0), await shop.StockAsync());
        Assert.Equal(("cancelled", "paid", 1000), State(await DoAsync(order, "payments", Payment(1000), 201)));
        await DoAsync(order, "cancel", expect: 409, code: "illegal_transition");
    }

    [Fact]
    public async Task A_paid_order_that_is_cancelled_owes_its_money_back()
    {
        var shop = await Shop.CreateAsync(Server.Db, 2);
        var order = await PlacedAsync(shop);
        await DoAsync(order, "payments", Payment(700), 201);
        await DoAsync(order, "payments", Payment(300), 201);
        Assert.Equal(("cancelled", "paid", 1000), State(await DoAsync(order, "cancel")));
        Assert.Equal(2, await shop.CountAsync("SELECT COUNT(*) FROM refunds WHERE order_id = $1", order.GetProperty("id").GetGuid()));
    }

    [Fact]
    public async Task Goods_leave_arrive_and_come_back()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10, 10);
        var order = await PlacedAsync(shop, shop.Body((0, 3), (1, 1)));
        await DoAsync(order, "ship", expect: 409, code: "illegal_transition");
        await DoAsync(order, "payments", Payment(5000), 201);
        var two = new JsonObject
        {
            ["lines"] = new JsonArray(new JsonObject { ["variantId"] = shop.Variant, ["quantity"] = 2 }),
            ["carrier"] = "GHN",
            ["trackingNumber"] = "X1"
        };
        Assert.Equal("partially_shipped", (await DoAsync(order, "ship", two)).GetProperty("status").GetString());
        Assert.Equal((8, 1), await shop.StockAsync());
        await DoAsync(order, "ship", two.DeepClone(), 422, "quantity_too_large");
        var shipped = await DoAsync(order, "ship");
        Assert.Equal("shipped", shipped.GetProperty("status").GetString());
        Assert.Equal(2, shipped.GetProperty("fulfilments").GetArrayLength());
        Assert.Equal((7, 0), await shop.StockAsync());
        Assert.Equal("delivered", (await DoAsync(order, "deliver")).GetProperty("status").GetString());
        var one = new JsonObject { ["lines"] = new JsonArray(new JsonObject { ["variantId"] = shop.Variant, ["quantity"] = 1 }) };
        Assert.Equal("delivered", (await DoAsync(order, "return", one)).GetProperty("status").GetString());
        Assert.Equal((8, 0), await shop.StockAsync());
        Assert.Equal("returned", (await DoAsync(order, "return", new JsonObject { ["restock"] = false })).GetProperty("status")
            .GetString());
        Assert.Equal((8, 0), await shop.StockAsync());
    }

    [Fact]
    public async Task Cash_on_delivery_is_confirmed_at_once_and_paid_by_the_delivery()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var body = shop.Body();
        body["paymentMethod"] = "cash_on_delivery";
        var order = await PlacedAsync(shop, body);
        Assert.Equal(("confirmed", "unpaid", 0), State(order));
        Assert.Equal(JsonValueKind.Null, order.GetProperty("expirationTime").ValueKind);
        await DoAsync(order, "ship");
        Assert.Equal(("delivered", "paid", 0), State(await DoAsync(order, "deliver")));
    }

    [Fact]
    public async Task An_overdue_order_is_expired_by_the_sweep_exactly_once()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5);
        var order = await PlacedAsync(shop, shop.Body((0, 5)));
        await DoAsync(order, "payments", Payment(100), 201);
        await OverdueAsync(order);
        await Task.WhenAll(Enumerable.Range(0, 5)
            .Select(_ => Server.Get<ExpirySweep>().SweepOnceAsync(TestContext.Current.CancellationToken)));
        await Server.ExpireAsync(order.GetProperty("id").GetGuid());
        Assert.Equal(("expired", "partially_paid", 100), State(await GetAsync(order)));
        Assert.Equal((5, 0), await shop.StockAsync());
        Assert.Equal(1,
            await shop.CountAsync("SELECT COUNT(*) FROM events WHERE subject = $1 AND type = 'order.expired'", order.GetProperty("id")
            .GetGuid()));
    }

    [Fact]
    public async Task A_purchase_limit_holds_under_concurrency_and_is_given_back()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        await shop.AddVariantAsync(500, 100, 3);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => shop.OrderAsync(Server.Guest, shop.Body((1, 1)))));
        Assert.Equal(3, answers.Count(a => a.Status == 201));
        Assert.All(answers.Where(a => a.Status != 201), a => Assert.Equal("purchase_limit", a.Body.GetProperty("code").GetString()));
        await DoAsync(answers.First(a => a.Status == 201).Body, "cancel");
        Assert.Equal(201, (await shop.OrderAsync(Server.Guest, shop.Body((1, 1)))).Status);
        Assert.Equal(422, (await shop.OrderAsync(Server.Guest, shop.Body((1, 1)))).Status);
    }

    [Fact]
    public async Task Confirm_and_expire_race_and_exactly_one_wins()
    {
        var shop = await Shop.CreateAsync(Server.Db, 1);
        for (var round = 0; round < 10; round++)
        {
            var order = await PlacedAsync(shop);
            var expiry = OverdueAsync(order);
            var pay = DoAsync(order, "payments", Payment(1000), 201);
            await expiry;
            await Server.Get<ExpirySweep>().SweepOnceAsync(TestContext.Current.CancellationToken);
            await pay;
            Assert.Equal(("confirmed", "paid", 0), State(await GetAsync(order)));
            Assert.Equal((1, 1), await shop.StockAsync());
            await DoAsync(order, "cancel");
        }
    }

    [Fact]
    public async Task History_tells_what_when_and_by_whom()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var order = await PlacedAsync(shop);
        await DoAsync(order, "payments", Payment(1000), 201);
        await DoAsync(order, "cancel", new JsonObject { ["reason"] = "sold in the \"shop\"" });
        var history =
            (await Server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{order.GetProperty("id").GetGuid()}/history")).GetProperty(
            "items").EnumerateArray().ToList();
        Assert.Equal(["order.created", "payment.succeeded", "order.confirmed", "order.cancelled"],
            history.Select(h => h.GetProperty("type").GetString()));
        Assert.Equal([1, 2, 3, 4], history.Select(h => h.GetProperty("sequence").GetInt32()));
        Assert.Equal("guest", history[0].GetProperty("actor").GetString());
        Assert.StartsWith("admin:", history[3].GetProperty("actor").GetString(), StringComparison.Ordinal);
        Assert.Equal("sold in the \"shop\"", history[3].GetProperty("reason").GetString());
        Assert.Equal("confirmed", history[3].GetProperty("previousStatus").GetString());

        // By pages, too.
        var (read, cursor) = (new List<int>(), "");
        while (cursor is not null)
        {
            var page = await Server.Admin.GetFromJsonAsync<JsonElement>(
                $"/api/v1/orders/{order.GetProperty("id").GetGuid()}/history?limit=3{cursor}");
            read.AddRange(page.GetProperty("items").EnumerateArray().Select(h => h.GetProperty("sequence").GetInt32()));
            cursor = page.GetProperty("nextCursor").GetString() is { } next ? $"&cursor={next}" : null;
        }

        Assert.Equal([1, 2, 3, 4], read);
    }
}

public sealed class Lifecycle_on_sqlite(SqliteHost host) : LifecycleTests(host), IClassFixture<SqliteHost>;

public sealed class Lifecycle_on_postgresql(PostgresHost host) : LifecycleTests(host), IClassFixture<PostgresHost>;
