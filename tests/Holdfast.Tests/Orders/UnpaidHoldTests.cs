using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Identity.Links;
using Holdfast.Orders.Core;
using Holdfast.Tests.Crash;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Orders;

/// <summary>What strangers can hold without money: it is bounded, seen, confirmed or it expires, and it is released at once.</summary>
public abstract class UnpaidHoldTests(Backend backend) : IAsyncLifetime
{
    private TestServer? _server;
    private int _guests;

    private TestServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        if (backend == Backend.Postgres)
        {
            PostgresServer.Require();
        }

        _server = await TestServer.StartAsync(backend, s => s.AddSingleton(new OrderOptions
        {
            MaxPendingOrders = 50,
            MaxPendingQuantity = 100,
            CashConfirmationHours = 48,
            Unpaid = new UnpaidLimits(OfBuyer: 8, Handful: 5, SharePercent: 50),
        }));
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>An order of a guest whom nobody has seen before.</summary>
    private JsonObject From(Shop shop, long quantity, string method = "cash_on_delivery", int index = 0)
    {
        var body = shop.Body((index, quantity));
        var n = ++_guests;
        (body["customer"]!["email"], body["contactPhone"], body["deliveryAddress"], body["paymentMethod"]) = ($"invented{n}@example.com",
            $"0912{n:000}{(n * 37) % 1000:000}", $"{n} Nowhere", method);
        return body;
    }

    private async Task<(string Code, JsonElement Answer)> OrderAsync(Shop shop, HttpClient client, JsonObject body)
    {
        var (status, answer, _) = await shop.OrderAsync(client, body);
        return (status == 201 ? answer.GetProperty("status").GetString()! : answer.GetProperty("code").GetString()!, answer);
    }

    private async Task<JsonElement> HoldsAsync(Shop shop, string query = "") =>
        await Server.Staff(shop.StoreId).GetFromJsonAsync<JsonElement>($"/api/v1/orders/unpaid-holds?storeId={shop.StoreId}{query}");

    private static Guid Id(JsonElement order) => order.GetProperty("id").GetGuid();

    [Theory]
    [InlineData("cash_on_delivery")]
    [InlineData("bank_transfer")]
    public async Task Invented_guests_hold_a_share_and_who_pays_finds_the_rest(string method)
    {
        var shop = await Shop.CreateAsync(Server.Db, 40);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => OrderAsync(shop, Server.Guest, From(shop, 3, method))));
        Assert.Equal(6, answers.Count(a => a.Code == "pending"));
        Assert.Equal(24, answers.Count(a => a.Code == "prepayment_required"));
        Assert.Equal((40, 18), await shop.StockAsync());

        // A quote says so, too; paying at once, staff, and an account that has proved its mailbox are not concerned.
        var (_, quote, _) = await Shop.PostAsync(Server.Guest, "/orders/quote", From(shop, 3, method));
        Assert.Equal("prepayment_required", quote.GetProperty("obstacle").GetProperty("code").GetString());
        Assert.Equal("pending", (await OrderAsync(shop, Server.Guest, From(shop, 3, "online"))).Code);
        Assert.NotEqual("prepayment_required", (await OrderAsync(shop, Server.Staff(shop.StoreId), From(shop, 3, method))).Code);
        Assert.Equal("prepayment_required",
            (await OrderAsync(shop, Server.Customer(email: "new@example.com"), Own(From(shop, 3, method)))).Code);
        Assert.NotEqual("prepayment_required",
            (await OrderAsync(shop, await ProvedAsync("known@example.com"), Own(From(shop, 3, method)))).Code);
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task Of_little_stock_a_handful_can_be_held()
    {
        var shop = await Shop.CreateAsync(Server.Db, 6);
        Assert.Equal("pending", (await OrderAsync(shop, Server.Guest, From(shop, 4))).Code);
        Assert.Equal("prepayment_required", (await OrderAsync(shop, Server.Guest, From(shop, 2))).Code);
        Assert.Equal("pending", (await OrderAsync(shop, Server.Guest, From(shop, 1))).Code);
    }

    [Fact]
    public async Task One_phone_or_mailbox_holds_so_much_of_a_variant()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100, 100);
        var (first, second, third) = (From(shop, 6), From(shop, 3), From(shop, 3));
        second["contactPhone"] = first["contactPhone"]!.GetValue<string>();
        third["customer"]!["email"] = first["customer"]!["email"]!.GetValue<string>().Replace("@", "+x@", StringComparison.Ordinal);
        Assert.Equal("pending", (await OrderAsync(shop, Server.Guest, first)).Code);
        Assert.Equal("too_many_held", (await OrderAsync(shop, Server.Guest, second)).Code);
        Assert.Equal("too_many_held", (await OrderAsync(shop, Server.Guest, third)).Code);
        var other = From(shop, 3, index: 1);
        other["contactPhone"] = first["contactPhone"]!.GetValue<string>();
        Assert.Equal("pending", (await OrderAsync(shop, Server.Guest, other)).Code);
        Assert.Equal("too_many_held", (await OrderAsync(shop, Server.Guest, From(shop, 9))).Code);
    }

    [Fact]
    public async Task Accounts_that_have_proved_nothing_hold_as_their_phone_and_mailbox_do()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100, 100);
        var body = From(shop, 6);
        var phone = body["contactPhone"]!.GetValue<string>();
        Assert.Equal("pending", (await OrderAsync(shop, Server.Customer(email: "one@example.com"), Own(body))).Code);
        foreach (var email in new[] { "two@example.com", "three@example.com" })
        {
            Assert.Equal("too_many_held", (await OrderAsync(shop, Server.Customer(email: email), With(From(shop, 3), phone))).Code);
        }

        foreach (var email in new[] { "one+x@example.com", "ONE+y@example.com" })
        {
            Assert.Equal("too_many_held", (await OrderAsync(shop, Server.Customer(email: email), Own(From(shop, 3)))).Code);
        }

        // Guests and such accounts are strangers alike; what has been proved is not concerned, nor is another variant.
        var guest = From(shop, 3);
        guest["contactPhone"] = phone;
        Assert.Equal("too_many_held", (await OrderAsync(shop, Server.Guest, guest)).Code);
        var elsewhere = With(From(shop, 3, index: 1), phone);
        Assert.Equal("pending", (await OrderAsync(shop, Server.Customer(email: "two@example.com"), elsewhere)).Code);
        Assert.Equal("confirmed", (await OrderAsync(shop, await ProvedAsync("sure@example.com"), With(From(shop, 20), phone))).Code);
        await Audit.VerifyAsync(Server.Db);

        static JsonObject With(JsonObject body, string phone)
        {
            body["contactPhone"] = phone;
            return Own(body);
        }
    }

    [Theory]
    [InlineData("contactPhone", "+84 912.555.123")]
    [InlineData("email", "RELEASED@example.com")]
    public async Task Staff_release_what_accounts_hold_that_have_proved_nothing(string by, string whose)
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        var (mine, edited) = (Own(From(shop, 2)), Own(From(shop, 2)));
        mine["contactPhone"] = "0912 555 123";
        var account = Server.Customer(email: "released+1@example.com");
        Assert.Equal("pending", (await OrderAsync(shop, account, mine)).Code);
        var (_, order) = await OrderAsync(shop, account, edited);
        using var put = await account.PutAsJsonAsync($"/api/v1/orders/{Id(order)}", new { version = 1, contactPhone = "0912555123" });
        Assert.Equal(200, (int)put.StatusCode);
        Assert.Equal("pending", (await OrderAsync(shop, Server.Customer(email: "other@example.com"), Own(From(shop, 1)))).Code);
        var (status, answer, _) = await Shop.PostAsync(Server.Staff(shop.StoreId), "/orders/unpaid-holds/release",
            new JsonObject { ["storeId"] = shop.StoreId, [by] = whose });
        Assert.Equal((200, 2), (status, answer.GetProperty("released").GetInt32()));
        Assert.Equal((100, 1), await shop.StockAsync());
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task Cash_on_delivery_waits_for_its_buyer_or_the_shop_and_expires()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        var (_, forgotten) = await OrderAsync(shop, Server.Guest, From(shop, 1));
        var (_, meant) = await OrderAsync(shop, Server.Guest, From(shop, 1));
        var (_, called) = await OrderAsync(shop, Server.Guest, From(shop, 1));
        var (_, sent) = await OrderAsync(shop, Server.Guest, From(shop, 1));
        Assert.All([forgotten, meant, called, sent],
            o => Assert.Equal(48 * 60, o.GetProperty("session").GetProperty("durationMinutes").GetDouble()));

        // Whoever placed the order has its access key, and not what confirms it.
        Assert.Equal(404, await ConfirmAsync(Id(meant), "token", meant.GetProperty("accessKey").GetString()!));
        Assert.Equal(404, await ConfirmAsync(Id(meant), "code", "00000000"));
        var email = meant.GetProperty("customer").GetProperty("email").GetString()!;
        Assert.Equal(404, await ConfirmAsync(Id(called), "token", Server.Get<AccessKeys>().Mailed(Id(meant), email)));
        Assert.Equal(200, await ConfirmAsync(Id(meant), "token", Server.Get<AccessKeys>().Mailed(Id(meant), email.ToUpperInvariant())));
        Assert.Equal(200,
            await ConfirmAsync(Id(meant), "code", Server.Get<AccessKeys>()
            .Texted(Id(meant), meant.GetProperty("contactPhone").GetString()!)));
        Assert.Equal("confirmed", await StatusAsync(Id(meant)));

        using var put = await Server.Staff(shop.StoreId)
            .PutAsJsonAsync($"/api/v1/orders/{Id(called)}", new { version = 1, status = "confirmed" });
        Assert.Equal(200, (int)put.StatusCode);
        Assert.Equal(200, (await Shop.PostAsync(Server.Staff(shop.StoreId), $"/orders/{Id(sent)}/ship", null)).Status);
        Assert.Equal("shipped", await StatusAsync(Id(sent)));

        await Server.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync("UPDATE orders SET expires_at = $2 WHERE store_id = $1", shop.StoreId,
            (await tx.NowAsync()).AddSeconds(-1)));
        await Until.TrueAsync("nobody confirmed it", async () => await StatusAsync(Id(forgotten)) == "expired");
        Assert.Equal(409,
            await ConfirmAsync(Id(forgotten), "token", Server.Get<AccessKeys>()
            .Mailed(Id(forgotten), forgotten.GetProperty("customer").GetProperty("email").GetString()!)));
        Assert.Equal((99, 2), await shop.StockAsync());

        // What the shop vouches for is none of strangers' holds any more; what only its buyer confirmed is.
        Assert.Equal([Id(meant)], (await HoldsAsync(shop)).GetProperty("items").EnumerateArray()
            .Select(h => h.GetProperty("orderId").GetGuid()));
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task A_buyer_confirms_cash_on_delivery_and_nothing_else()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        foreach (var method in new[] { "online", "bank_transfer" })
        {
            var (_, order) = await OrderAsync(shop, Server.Guest, From(shop, 1, method));
            Assert.Equal(409,
                await ConfirmAsync(Id(order), "token", Server.Get<AccessKeys>()
                .Mailed(Id(order), order.GetProperty("customer").GetProperty("email").GetString()!)));
            Assert.Equal("pending", await StatusAsync(Id(order)));
        }

        var (status, answer, _) = await Shop.PostAsync(Server.Guest, $"/orders/{Guid.CreateVersion7()}/confirm", new JsonObject());
        Assert.Equal((400, "invalid_request"), (status, answer.GetProperty("code").GetString()));
        var known = await OrderAsync(shop, await ProvedAsync("proved@example.com"), Own(From(shop, 20)));
        Assert.Equal("confirmed", known.Code);
    }

    [Fact]
    public async Task Staff_see_what_strangers_hold_and_release_it_in_one_call()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100, 100);
        var orders = new List<JsonElement>();
        for (var i = 0; i < 6; i++)
        {
            orders.Add((await OrderAsync(shop, Server.Guest,
                From(shop, 2, i % 2 == 0 ? "cash_on_delivery" : "bank_transfer", i < 4 ? 0 : 1))).Answer);
        }

        var seen = new List<JsonElement>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await HoldsAsync(shop, $"&limit=4{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}");
            seen.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }

        Assert.Equal(orders.Select(Id).Reverse(), seen.Select(h => h.GetProperty("orderId").GetGuid()));
        Assert.Equal(4, (await HoldsAsync(shop, $"&variantId={shop.Variant}")).GetProperty("items").GetArrayLength());

        // What has been paid by then is no hold any more, and stays.
        Assert.Equal(201,
            (await Shop.PostAsync(Server.Admin, $"/orders/{Id(orders[0])}/payments",
            new JsonObject { ["transactionId"] = "t", ["amount"] = 2000, ["currency"] = "VND", ["provider"] = "bank" })).Status);
        Assert.Equal(1,
            await ReleasedAsync(
            new JsonObject { ["contactPhone"] = orders[1].GetProperty("contactPhone").GetString()!.Insert(0, "+84 ") }));
        Assert.Equal(1,
            await ReleasedAsync(
            new JsonObject { ["email"] = orders[2].GetProperty("customer").GetProperty("email").GetString()!.ToUpperInvariant() }));
        Assert.Equal(1,
            await ReleasedAsync(
            new JsonObject
            {
                ["orderIds"] = new JsonArray(Id(orders[0]).ToString(), Id(orders[3]).ToString(), Guid.CreateVersion7()
            .ToString())
            }));
        Assert.Equal(2, await ReleasedAsync(new JsonObject { ["variantId"] = shop.Variants[1], ["reason"] = "Đơn ảo" }));
        Assert.Equal(0, (await HoldsAsync(shop)).GetProperty("items").GetArrayLength());
        Assert.Equal(((100L, 2L), (100L, 0L)), (await shop.StockAsync(), await shop.StockAsync(shop.Variants[1])));
        await Audit.VerifyAsync(Server.Db);

        async Task<int> ReleasedAsync(JsonObject which)
        {
            which["storeId"] = shop.StoreId;
            var (status, answer, _) = await Shop.PostAsync(Server.Staff(shop.StoreId), "/orders/unpaid-holds/release", which);
            Assert.True(status == 200, answer.ToString());
            Assert.Equal(0, answer.GetProperty("kept").GetArrayLength());
            return answer.GetProperty("released").GetInt32();
        }
    }

    [Fact]
    public async Task What_is_past_its_time_or_was_cancelled_makes_room()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var (_, order) = await OrderAsync(shop, Server.Guest, From(shop, 5));
        Assert.Equal("prepayment_required", (await OrderAsync(shop, Server.Guest, From(shop, 1))).Code);
        Assert.Equal(200, (await Shop.PostAsync(Server.Admin, $"/orders/{Id(order)}/cancel", null)).Status);
        Assert.Equal("pending", (await OrderAsync(shop, Server.Guest, From(shop, 5))).Code);
        await Server.Db.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("UPDATE orders SET expires_at = $2 WHERE store_id = $1", shop.StoreId,
                (await tx.NowAsync()).AddSeconds(-1));
            await tx.ExecuteAsync("UPDATE unpaid_holds SET expires_at = $2 WHERE store_id = $1", shop.StoreId,
                (await tx.NowAsync()).AddSeconds(-1));
        });
        Assert.Equal("pending", (await OrderAsync(shop, Server.Guest, From(shop, 5))).Code);
    }

    private async Task<HttpClient> ProvedAsync(string email)
    {
        var id = Guid.CreateVersion7();
        await TestServer.AddCustomerAsync(Server.Db, id);
        await Server.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync("UPDATE users SET email = $2, email_proved_at = $3 WHERE id = $1", id, email, await tx.NowAsync()));
        return Server.Customer(id, email);
    }

    private static JsonObject Own(JsonObject body)
    {
        body.Remove("customer");
        return body;
    }

    private async Task<int> ConfirmAsync(Guid id, string by, string secret) =>
        (await Shop.PostAsync(Server.Guest, $"/orders/{id}/confirm", new JsonObject { [by] = secret })).Status;

    private async Task<string> StatusAsync(Guid id) =>
        (await Server.Db.ReadAsync(s => s.FirstAsync("SELECT status FROM orders WHERE id = $1", r => r.Text(0), id)))!;
}

public sealed class UnpaidHold_on_sqlite() : UnpaidHoldTests(Backend.Sqlite);

public sealed class UnpaidHold_on_postgresql() : UnpaidHoldTests(Backend.Postgres);
