using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Platform.Background;
using Holdfast.Tests.Crash;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Orders;

/// <summary>How much one buyer may hold without paying.</summary>
public abstract class HoldsOfBuyersTests(Backend backend) : IAsyncLifetime
{
    private TestServer? _server;

    private TestServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        if (backend == Backend.Postgres)
        {
            PostgresServer.Require();
        }

        _server = await TestServer.StartAsync(backend, s =>
        {
            s.AddSingleton(new OrderOptions { MaxPendingOrders = 3, MaxPendingQuantity = 10 });
            // What is past its time is so whether a sweep has run or not.
            s.RemoveWorker<ExpirySweep>();
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private static JsonObject From(Shop shop, string email, string phone, string street, long quantity = 1)
    {
        var body = shop.Body((0, quantity));
        body["customer"]!["email"] = email;
        body["contactPhone"] = phone;
        body["deliveryAddress"] = street;
        return body;
    }

    private async Task<string> CodeAsync(Shop shop, HttpClient client, JsonObject order)
    {
        var (status, answer, _) = await shop.OrderAsync(client, order);
        return status == 201 ? "201" : answer.GetProperty("code").GetString()!;
    }

    [Fact]
    public async Task A_guest_is_known_by_mailbox_or_phone()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        Assert.Equal("201", await CodeAsync(shop, Server.Guest, From(shop, "one@example.com", "090 000 1234", "1 Lê Lợi")));
        Assert.Equal("201", await CodeAsync(shop, Server.Guest, From(shop, "TWO@example.com", "+84 90 000 1234", "2 Lê Lợi")));
        Assert.Equal("201", await CodeAsync(shop, Server.Guest, From(shop, "one+again@example.com", "0900123003", "3 Lê Lợi")));
        Assert.Equal("too_many_pending_orders",
            await CodeAsync(shop, Server.Guest, From(shop, "ONE@example.com", "0900001234", "4 Lê Lợi")));
        Assert.Equal("201", await CodeAsync(shop, Server.Guest, From(shop, "two@example.com", "0900123009", "5 Lê Lợi")));

        // Another store counts for itself; whoever works for the shop is not counted; paid orders count no more.
        var other = await Shop.CreateAsync(Server.Db, 100);
        Assert.Equal("201", await CodeAsync(other, Server.Guest, From(other, "one@example.com", "0900001234", "1 Lê Lợi")));
        Assert.Equal("201", await CodeAsync(shop, Server.Staff(shop.StoreId), From(shop, "one@example.com", "0900001234", "1 Lê Lợi")));
        Assert.Equal("too_many_pending_orders",
            await CodeAsync(shop, Server.Guest, From(shop, "one@example.com", "0900001234", "1 Lê Lợi")));
        foreach (var id in await Server.Db.ReadAsync(q =>
            q.QueryAsync("SELECT id FROM orders WHERE store_id = $1", r => r.Uuid(0), shop.StoreId)))
        {
            Assert.Equal(201, (await Shop.PostAsync(Server.Admin, $"/orders/{id}/payments",
                new JsonObject { ["transactionId"] = $"{id}", ["amount"] = 1000, ["currency"] = "VND", ["provider"] = "bank" })).Status);
        }

        Assert.Equal("201", await CodeAsync(shop, Server.Guest, From(shop, "one@example.com", "0900001234", "1 Lê Lợi")));
    }

    [Fact]
    public async Task A_cancelled_line_counts_neither_towards_what_a_buyer_holds_nor_towards_a_limit()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        await shop.AddVariantAsync(2000, 100, 6);
        var body = From(shop, "part@example.com", "0900777001", "1 Lê Lợi", 4);
        body["lines"]!.AsArray().Add(new JsonObject { ["variantId"] = shop.Variants[1], ["quantity"] = 6L });
        var (status, order, _) = await shop.OrderAsync(Server.Guest, body);
        Assert.Equal(201, status);
        Assert.Equal("too_many_held", await CodeAsync(shop, Server.Guest, From(shop, "part@example.com", "0900777001", "1 Lê Lợi")));
        var desk = new Desk(Server, shop);
        await desk.DoAsync(order, "cancel", desk.Lines((1, 5)));

        // Ten may be held: five are, and of the limited variant one.
        Assert.Equal("too_many_held", await CodeAsync(shop, Server.Guest, From(shop, "part@example.com", "0900777001", "1 Lê Lợi", 6)));
        var limited = shop.Body((1, 5));
        (limited["customer"]!["email"], limited["contactPhone"], limited["deliveryAddress"]) = ("part@example.com", "0900777001",
            "1 Lê Lợi");
        Assert.Equal("201", await CodeAsync(shop, Server.Guest, limited));
        Assert.Equal("purchase_limit", await CodeAsync(shop, Server.Admin, (JsonObject)shop.Body((1, 7)).DeepClone()));
        await Audit.VerifyAsync(Server.Db);
    }

    [Theory]
    [InlineData("\"Nhận tại cửa hàng\"")]
    [InlineData("""{"name":"KTX","line1":"Ký túc xá khu B","city":"Thủ Đức","country":"VN"}""")]
    public async Task An_address_alone_blocks_nobody(string address)
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        for (var i = 0; i < 12; i++)
        {
            var body = From(shop, $"shared{i}@example.com", i % 3 == 0 ? "0000000000" : i % 3 == 1 ? "none" : $"09031246{i:00}", "");
            body["deliveryAddress"] = JsonNode.Parse(address);
            Assert.Equal("201", await CodeAsync(shop, Server.Guest, body));
        }
    }

    [Fact]
    public async Task What_strangers_order_in_my_name_does_not_block_my_account()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        var (mine, phone) = ("mine@example.com", "0905 123 987");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("201", await CodeAsync(shop, Server.Guest, From(shop, mine, phone, "1 Lê Lợi")));
        }

        Assert.Equal("too_many_pending_orders", await CodeAsync(shop, Server.Guest, From(shop, mine, "none", "2")));
        var liar = Server.Customer(email: mine);
        var me = Guid.CreateVersion7();
        await TestServer.AddCustomerAsync(Server.Db, me);
        await Server.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync("UPDATE users SET email = $2, email_proved_at = $3 WHERE id = $1", me, mine, await tx.NowAsync()));
        foreach (var account in new[] { liar, Server.Customer(me, mine) })
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal("201", await CodeAsync(shop, account, From(shop, mine, phone, "1 Lê Lợi")));
            }

            Assert.Equal("too_many_pending_orders", await CodeAsync(shop, account, From(shop, mine, phone, "1 Lê Lợi")));
        }
    }

    [Fact]
    public async Task A_proved_mailbox_counts_for_guests_who_name_it_and_a_claimed_one_for_nobody()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        var proved = Guid.CreateVersion7();
        await TestServer.AddCustomerAsync(Server.Db, proved);
        await Server.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync("UPDATE users SET email = 'Proved@example.com', email_proved_at = $2 WHERE id = $1", proved,
            await tx.NowAsync()));
        foreach (var (account, email) in new[] { (proved, "proved@example.com"), (Guid.CreateVersion7(), "claimed@example.com") })
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal("201", await CodeAsync(shop, Server.Customer(account, email), From(shop, email, "none", "1 Lê Lợi")));
            }
        }

        Assert.Equal("too_many_pending_orders", await CodeAsync(shop, Server.Guest, From(shop, "proved+guest@example.com", "none", "1")));
        Assert.Equal("201", await CodeAsync(shop, Server.Guest, From(shop, "claimed@example.com", "none", "1")));
    }

    [Fact]
    public async Task Quotes_and_refusals_say_nothing_of_what_others_hold()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        var (email, phone) = ("holder@example.com", "0904 321 765");
        Assert.Equal("201", await CodeAsync(shop, Server.Guest, From(shop, email, phone, "1", 9)));
        foreach (var asked in new[] { From(shop, email, "none", "2", 5), From(shop, "asker@example.com", phone, "2", 5) })
        {
            var (_, quote, _) = await Shop.PostAsync(Server.Guest, "/orders/quote", asked);
            Assert.True(quote.GetProperty("canBePlaced").GetBoolean(), quote.ToString());
            var (status, refused, _) = await shop.OrderAsync(Server.Guest, asked);
            Assert.Equal((422, "too_many_held"), (status, refused.GetProperty("code").GetString()));
            Assert.False(refused.TryGetProperty("alreadyHeld", out _));
        }

        var (_, much, _) = await Shop.PostAsync(Server.Guest, "/orders/quote", From(shop, "asker@example.com", "none", "2", 11));
        Assert.Equal("too_many_held", much.GetProperty("obstacle").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_phone_that_is_told_later_counts_from_then_on()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        for (var i = 0; i < 3; i++)
        {
            var (_, order, _) = await shop.OrderAsync(Server.Guest, From(shop, $"later{i}@example.com", $"090412{i}345", $"{i} X"));
            using var edit = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/orders/{order.GetProperty("id").GetGuid()}")
            {
                Content = JsonContent.Create(new { version = 1, contactPhone = "0905 551 234", deliveryAddress = "5 Lê Lợi" }),
            };
            edit.Headers.Add("X-Access-Key", order.GetProperty("accessKey").GetString());
            Assert.Equal(HttpStatusCode.OK, (await Server.Guest.SendAsync(edit)).StatusCode);
        }

        Assert.Equal("too_many_pending_orders", await CodeAsync(shop, Server.Guest, From(shop, "last@example.com", "0905551234", "6 X")));
        Assert.Equal("201", await CodeAsync(shop, Server.Guest, From(shop, "last@example.com", "0904120345", "5 Lê Lợi")));
    }

    [Fact]
    public async Task What_is_past_its_time_counts_no_more_though_no_sweep_has_run()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        JsonObject Order() => From(shop, "slow@example.com", "0907777777", "7 Lê Lợi");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(201, (await shop.OrderAsync(Server.Guest, Order())).Status);
        }

        Assert.Equal(422, (await shop.OrderAsync(Server.Guest, Order())).Status);
        await Server.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync("UPDATE orders SET expires_at = $2 WHERE store_id = $1", shop.StoreId,
            (await tx.NowAsync()).AddSeconds(-1)));
        var (_, quote, _) = await Shop.PostAsync(Server.Guest, "/orders/quote", Order());
        Assert.True(quote.GetProperty("canBePlaced").GetBoolean());
        Assert.Equal(201, (await shop.OrderAsync(Server.Guest, Order())).Status);
    }

    [Fact]
    public async Task At_once_or_one_by_one_a_buyer_holds_no_more_than_is_allowed()
    {
        var shop = await Shop.CreateAsync(Server.Db, 1000);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30)
            .Select(i => shop.OrderAsync(Server.Guest, From(shop, "rush@example.com", $"{i}", $"{i} Lê Lợi"))));
        Assert.Equal(3, answers.Count(a => a.Status == 201));
        answers = await Task.WhenAll(Enumerable.Range(0, 30)
            .Select(i => shop.OrderAsync(Server.Guest, From(shop, "greedy@example.com", $"1{i}", $"1{i} Lê Lợi", 6))));
        Assert.Single(answers, a => a.Status == 201);
        Assert.Equal(29, answers.Count(a => a.Status == 422 && a.Body.GetProperty("code").GetString() == "too_many_held"));
        Assert.Equal((1000, 9), await shop.StockAsync());

        // Cash on delivery holds as much without paying; cancelling makes room.
        var body = From(shop, "cash@example.com", "777777777", "Chợ Hàn", 10);
        body["paymentMethod"] = "cash_on_delivery";
        var order = (await shop.OrderAsync(Server.Guest, body)).Body;
        Assert.Equal("too_many_held", (await shop.OrderAsync(Server.Guest, body)).Body.GetProperty("code").GetString());
        Assert.Equal(200, (await Shop.PostAsync(Server.Admin, $"/orders/{order.GetProperty("id").GetGuid()}/cancel", null)).Status);
        Assert.Equal(201, (await shop.OrderAsync(Server.Guest, body)).Status);
        await Audit.VerifyAsync(Server.Db);
    }
}

public sealed class HoldsOfBuyers_on_sqlite() : HoldsOfBuyersTests(Backend.Sqlite);

public sealed class HoldsOfBuyers_on_postgresql() : HoldsOfBuyersTests(Backend.Postgres);
