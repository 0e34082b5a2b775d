using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Configuration;
using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Platform.Background;
using Holdfast.Tests.Crash;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Orders;

/// <summary>Who invents guests that pay online holds a share of a variant from one address, and is in nobody's way at another.</summary>
public abstract class ClientHoldTests(Backend backend) : IAsyncLifetime
{
    private const string Attacker = "203.0.113.9";

    private TestServer? _server;
    private int _guests;

    private TestServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        if (backend == Backend.Postgres)
        {
            PostgresServer.Require();
        }

        // Where a request comes from is what the trusted proxy says.
        _server = await TestServer.StartAsync(await TestDb.CreateAsync(backend), s =>
        {
            s.AddSingleton(new OrderOptions
            {
                MaxPendingOrders = 10,
                MaxPendingQuantity = 100,
                CashConfirmationHours = 48,
                Unpaid = new UnpaidLimits(OfBuyer: 20, Handful: 4, SharePercent: 50),
                KeepsClients = true,
            });
            s.RemoveWorker<ExpirySweep>();
        }, settings: new Settings { RateLimits = false, TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")] });
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>An order of a guest whom nobody has seen before; what became of it.</summary>
    private async Task<string> OrderAsync(Shop shop, string from, long quantity, string method = "online", HttpClient? client = null)
    {
        var (body, n) = (shop.Body((0, quantity)), Interlocked.Increment(ref _guests));
        (body["contactPhone"], body["paymentMethod"]) = ($"0912{n:000}{(n * 37) % 1000:000}", method);
        if (client is null)
        {
            body["customer"]!["email"] = $"invented{n}@example.com";
        }
        else
        {
            body.Remove("customer");
        }

        var (status, answer) = await SendAsync(client ?? Server.Guest, "/orders", from, body);
        return status == 201 ? answer.GetProperty("status").GetString()! : answer.GetProperty("code").GetString()!;
    }

    private static async Task<(int Status, JsonElement Answer)> SendAsync(HttpClient client, string path, string from, JsonNode body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1{path}") { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        request.Headers.Add("X-Forwarded-For", from);
        using var answer = await client.SendAsync(request);
        return ((int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    [Theory]
    [InlineData(Attacker, Attacker, "198.51.100.1")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2::ffff", "2001:db8:1:3::1")]
    public async Task Invented_guests_who_pay_online_hold_a_share_from_one_address(string attacker, string again, string other)
    {
        var shop = await Shop.CreateAsync(Server.Db, 40);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => OrderAsync(shop, i % 2 == 0 ? attacker : again, 3)));
        Assert.Equal((6, 14), (answers.Count(a => a == "pending"), answers.Count(a => a == "too_many_held")));
        Assert.Equal((40, 18), await shop.StockAsync());
        Assert.Equal("too_many_held", await OrderAsync(shop, attacker, 3, client: Server.Customer()));

        // Everybody else finds the rest.
        Assert.Equal("pending", await OrderAsync(shop, other, 20));
        Assert.Equal("pending", await OrderAsync(shop, "198.51.100.7", 2));
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task What_an_address_holds_on_delivery_counts_when_it_pays_online()
    {
        var shop = await Shop.CreateAsync(Server.Db, 40);
        Assert.Equal("pending", await OrderAsync(shop, Attacker, 12, "cash_on_delivery"));
        Assert.Equal("pending", await OrderAsync(shop, Attacker, 5, "bank_transfer"));
        Assert.Equal("too_many_held", await OrderAsync(shop, Attacker, 4));
        Assert.Equal("pending", await OrderAsync(shop, Attacker, 3));
        Assert.Equal("too_many_held", await OrderAsync(shop, Attacker, 1));
        Assert.Equal("pending", await OrderAsync(shop, "198.51.100.1", 20));
    }

    [Fact]
    public async Task What_was_paid_has_expired_or_was_cancelled_counts_no_more()
    {
        var shop = await Shop.CreateAsync(Server.Db, 40);
        Assert.Equal("pending", await OrderAsync(shop, Attacker, 20));
        Assert.Equal("too_many_held", await OrderAsync(shop, Attacker, 1));
        var id = await Server.Db.ReadAsync(s => s.FirstAsync("SELECT id FROM orders", r => r.Uuid(0)));
        Assert.Equal(201, (await Shop.PostAsync(Server.Admin, $"/orders/{id}/payments",
            new JsonObject { ["transactionId"] = "t", ["amount"] = 20_000, ["currency"] = "VND", ["provider"] = "bank" })).Status);
        Assert.Equal("pending", await OrderAsync(shop, Attacker, 10));
        await Server.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync("UPDATE orders SET expires_at = $1 WHERE status = 'pending'", (await tx.NowAsync()).AddSeconds(-1)));
        Assert.Equal("pending", await OrderAsync(shop, Attacker, 10));
    }

    /// <summary>A rush: each at an address of their own, or behind a proxy of which nobody has told.</summary>
    [Theory]
    [InlineData("198.51.{0}.{1}")]
    [InlineData("2001:db8:{0}:{1}::1")]
    [InlineData("10.0.0.7")]
    [InlineData("192.168.1.7")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Honest_buyers_who_pay_online_buy_everything(string address)
    {
        var shop = await Shop.CreateAsync(Server.Db, 60);
        var answers = await Task.WhenAll(Enumerable.Range(0, 80).Select(i =>
            OrderAsync(shop, string.Format(System.Globalization.CultureInfo.InvariantCulture, address, i / 9, i), 1)));
        Assert.Equal((60, 20), (answers.Count(a => a == "pending"), answers.Count(a => a == "insufficient_stock")));
    }

    [Fact]
    public async Task Of_little_stock_an_address_holds_a_handful_and_a_guests_quote_tells_of_the_guest_alone()
    {
        var shop = await Shop.CreateAsync(Server.Db, 6);
        Assert.Equal("pending", await OrderAsync(shop, Attacker, 4));
        Assert.Equal("too_many_held", await OrderAsync(shop, Attacker, 1));
        var body = shop.Body((0, 1));
        body["paymentMethod"] = "online";
        var (_, quote) = await SendAsync(Server.Guest, "/orders/quote", Attacker, body);
        Assert.True(quote.GetProperty("canBePlaced").GetBoolean(), quote.ToString());
    }
}

public sealed class ClientHold_on_sqlite() : ClientHoldTests(Backend.Sqlite);

public sealed class ClientHold_on_postgresql() : ClientHoldTests(Backend.Postgres);
