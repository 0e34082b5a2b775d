using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Holdfast.Orders;
using Holdfast.Orders.Core;
using Holdfast.Platform.Http;
using Holdfast.Tests.Crash;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Tests.Orders;

/// <summary>Orders that take a reservation over, and how much one buyer may hold without paying.</summary>
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
            s.Remove(s.Single(d => d.ServiceType == typeof(IHostedService) && d.ImplementationFactory?.Method.ReturnType == typeof(ExpirySweep)));
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

    private async Task<Guid> ReserveAsync(Shop shop, params (int Index, long Quantity)[] lines)
    {
        var (status, answer, _) = await Shop.PostAsync(Server.Staff(shop.StoreId), "/inventory/reservations", new JsonObject { ["lines"] = shop.Body(lines)["lines"]!.DeepClone() });
        Assert.True(status == 201, answer.ToString());
        return answer.GetProperty("id").GetGuid();
    }

    [Fact]
    public async Task Nobody_is_blocked_by_their_own_hold_and_it_is_taken_over_once()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5, 5);
        var reservation = await ReserveAsync(shop, (0, 5), (1, 2));
        Assert.Equal(409, (await shop.OrderAsync(Server.Guest)).Status);
        var body = shop.Body((0, 4), (1, 3));
        body["reservationId"] = reservation;
        var (_, quote, _) = await Shop.PostAsync(Server.Guest, "/orders/quote", body);
        Assert.True(quote.GetProperty("canBePlaced").GetBoolean());

        // Four of the five held pieces, both of the other, and one more; what is left over of the hold is free.
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => shop.OrderAsync(Server.Admin, (JsonObject)body.DeepClone())));
        Assert.Single(answers, a => a.Status == 201);
        Assert.Equal(9, answers.Count(a => a.Status == 409 && a.Body.GetProperty("code").GetString() == "reservation_consumed"));
        Assert.Equal(((5L, 4L), (5L, 3L)), (await shop.StockAsync(), await shop.StockAsync(shop.Variants[1])));
        Assert.Equal(1, await shop.CountAsync("SELECT COUNT(*) FROM reservations WHERE id = $1 AND status = 'consumed'", reservation));

        var order = answers.Single(a => a.Status == 201).Body;
        Assert.Equal(200, (await Shop.PostAsync(Server.Admin, $"/orders/{order.GetProperty("id").GetGuid()}/cancel", null)).Status);
        Assert.Equal(((5L, 0L), (5L, 0L)), (await shop.StockAsync(), await shop.StockAsync(shop.Variants[1])));
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task A_reservation_that_cannot_be_taken_over_stays_as_it_was()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5);
        var other = await Shop.CreateAsync(Server.Db, 5);
        var reservation = await ReserveAsync(shop, (0, 2));
        Assert.Equal("insufficient_stock", await RefusedAsync(shop, 6));
        Assert.Equal("unknown_reservation", await RefusedAsync(other, 1));
        Assert.Equal((5, 2), await shop.StockAsync());
        await Server.Db.WriteAsync(async tx => await tx.ExecuteAsync("UPDATE reservations SET expires_at = $2 WHERE id = $1", reservation, (await tx.NowAsync()).AddSeconds(-1)));
        Assert.Equal("reservation_expired", await RefusedAsync(shop, 1));
        await Audit.VerifyAsync(Server.Db);

        async Task<string?> RefusedAsync(Shop at, long quantity)
        {
            var body = at.Body((0, quantity));
            body["reservationId"] = reservation;
            return (await at.OrderAsync(Server.Guest, body)).Body.GetProperty("code").GetString();
        }
    }

    [Fact]
    public async Task A_guest_is_known_by_email_phone_or_address()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        await PlacedAsync(From(shop, "one@example.com", "090 000 0001", "1 Lê Lợi"));
        await PlacedAsync(From(shop, "TWO@example.com", "+84 90 000 0001", "2 Lê Lợi"));
        await PlacedAsync(From(shop, "three@example.com", "0900000003", "1, lê lợi."));
        Assert.Equal("too_many_pending_orders", await CodeAsync(From(shop, "one@example.com", "0900000001", "1 Lê Lợi")));
        await PlacedAsync(From(shop, "two@example.com", "0900000009", "9 Lê Lợi"));

        // An account is counted by its email alone, with what was ordered with it as a guest.
        var account = Server.Customer(email: "two@example.com");
        var body = From(shop, "two@example.com", "0900000001", "1 Lê Lợi");
        Assert.Equal(201, (await shop.OrderAsync(account, body)).Status);
        Assert.Equal("too_many_pending_orders", (await shop.OrderAsync(account, body)).Body.GetProperty("code").GetString());

        // One of whom the issuer tells no email is itself, whatever it types.
        var nameless = Server.Client(TestServer.Token(Role.Customer, Guid.CreateVersion7(), ""));
        var typed = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => shop.OrderAsync(nameless, From(shop, $"typed{i}@example.com", $"09123456{i}0", $"{i} Trần Phú"))));
        Assert.Equal([201, 201, 201, 422], typed.Select(t => t.Status).Order());

        // Another store counts for itself; whoever works for the shop is not counted; paid orders count no more.
        var other = await Shop.CreateAsync(Server.Db, 100);
        await PlacedAsync(From(other, "one@example.com", "0900000001", "1 Lê Lợi"), other);
        Assert.Equal(201, (await shop.OrderAsync(Server.Staff(shop.StoreId), From(shop, "one@example.com", "0900000001", "1 Lê Lợi"))).Status);
        Assert.Equal("too_many_pending_orders", await CodeAsync(From(shop, "one@example.com", "0900000001", "1 Lê Lợi")));
        foreach (var id in await Server.Db.ReadAsync(q => q.QueryAsync("SELECT id FROM orders WHERE store_id = $1", r => r.Uuid(0), shop.StoreId)))
        {
            Assert.Equal(201, (await Shop.PostAsync(Server.Admin, $"/orders/{id}/payments",
                new JsonObject { ["transactionId"] = $"{id}", ["amount"] = 1000, ["currency"] = "VND", ["provider"] = "bank" })).Status);
        }

        await PlacedAsync(From(shop, "one@example.com", "0900000001", "1 Lê Lợi"));

        Task PlacedAsync(JsonObject order, Shop? at = null) => ExpectAsync("201", order, at);

        async Task ExpectAsync(string expected, JsonObject order, Shop? at) => Assert.Equal(expected, await CodeAsync(order, at));

        async Task<string> CodeAsync(JsonObject order, Shop? at = null)
        {
            var (status, answer, _) = await (at ?? shop).OrderAsync(Server.Guest, order);
            return status == 201 ? "201" : answer.GetProperty("code").GetString()!;
        }
    }

    [Fact]
    public async Task Guests_who_tell_no_phone_or_no_address_are_not_one_buyer()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        for (var i = 0; i < 4; i++)
        {
            var body = From(shop, $"none{i}@example.com", i % 2 == 0 ? "none" : "+84 0", "...");
            Assert.Equal(201, (await shop.OrderAsync(Server.Guest, body)).Status);
            body["customer"]!["email"] = $"empty{i}@example.com";
            body["deliveryAddress"] = new JsonObject { ["name"] = "-", ["line1"] = "-", ["city"] = "-", ["country"] = "-" };
            Assert.Equal(201, (await shop.OrderAsync(Server.Guest, body)).Status);
        }
    }

    [Fact]
    public async Task A_phone_or_an_address_that_is_told_later_counts_from_then_on()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        for (var i = 0; i < 3; i++)
        {
            var (_, order, _) = await shop.OrderAsync(Server.Guest, From(shop, $"later{i}@example.com", $"111111{i}", $"{i} X"));
            using var edit = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/orders/{order.GetProperty("id").GetGuid()}")
            {
                Content = JsonContent.Create(new { version = 1, contactPhone = "0905 555 555", deliveryAddress = "5 Lê Lợi" }),
            };
            edit.Headers.Add("X-Access-Key", order.GetProperty("accessKey").GetString());
            Assert.Equal(HttpStatusCode.OK, (await Server.Guest.SendAsync(edit)).StatusCode);
        }

        foreach (var (phone, street) in new[] { ("0905555555", "6 X"), ("0906666666", "5, Lê Lợi") })
        {
            Assert.Equal("too_many_pending_orders", (await shop.OrderAsync(Server.Guest, From(shop, "last@example.com", phone, street))).Body.GetProperty("code").GetString());
        }

        Assert.Equal(201, (await shop.OrderAsync(Server.Guest, From(shop, "last@example.com", "1111110", "0 X"))).Status);
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
        await Server.Db.WriteAsync(async tx => await tx.ExecuteAsync("UPDATE orders SET expires_at = $2 WHERE store_id = $1", shop.StoreId, (await tx.NowAsync()).AddSeconds(-1)));
        var (_, quote, _) = await Shop.PostAsync(Server.Guest, "/orders/quote", Order());
        Assert.True(quote.GetProperty("canBePlaced").GetBoolean());
        Assert.Equal(201, (await shop.OrderAsync(Server.Guest, Order())).Status);
    }

    [Fact]
    public async Task At_once_or_one_by_one_a_buyer_holds_no_more_than_is_allowed()
    {
        var shop = await Shop.CreateAsync(Server.Db, 1000);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => shop.OrderAsync(Server.Guest, From(shop, "rush@example.com", $"{i}", $"{i} Lê Lợi"))));
        Assert.Equal(3, answers.Count(a => a.Status == 201));
        answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => shop.OrderAsync(Server.Guest, From(shop, "greedy@example.com", $"1{i}", $"1{i} Lê Lợi", 6))));
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
