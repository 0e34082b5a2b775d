using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Loyalty.Storage;
using Holdfast.Tests.Crash;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>
/// Goods that come back after the points they earned have lapsed, and points that are given back after that. Each test has a server of its
/// own: it moves the clock.
/// </summary>
public abstract class LapsedReturnTests(Backend backend) : IAsyncLifetime
{
    private readonly Guid _buyer = Guid.CreateVersion7();
    private TestServer _server = null!;
    private Shop _shop = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(backend);
        _shop = await Shop.CreateAsync(_server.Db, 20);
        await _shop.AddProgramAsync(40, 1, days: 30);
        _client = _server.Customer(_buyer);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task<JsonElement> DoAsync(JsonElement order, string what, JsonNode? body = null)
    {
        var (status, answer, _) = await Shop.PostAsync(_server.Admin, $"/orders/{order.GetProperty("id").GetGuid()}/{what}", body);
        Assert.True(status is 200 or 201, $"{what}: {status} {answer}");
        return answer;
    }

    private async Task<JsonElement> PlacedAsync(long quantity, long points)
    {
        var body = _shop.Body((0, quantity));
        body.Remove("customer");
        body["redeemPoints"] = points;
        var (status, order, _) = await _shop.OrderAsync(_client, body);
        Assert.True(status == 201, order.ToString());
        return order;
    }

    private Task<JsonElement> PayAsync(JsonElement order) => DoAsync(order, "payments", new JsonObject
    {
        ["transactionId"] = Guid.CreateVersion7().ToString(),
        ["amount"] = order.GetProperty("total").GetInt64(),
        ["currency"] = "VND",
        ["provider"] = "bank",
    });

    /// <summary>Four pieces of 1,000 earn 100 points.</summary>
    private async Task<JsonElement> PaidAsync(long quantity, long points = 0) => await PayAsync(await PlacedAsync(quantity, points));

    private async Task<JsonElement> DeliveredAsync(long quantity)
    {
        var order = await PaidAsync(quantity);
        await DoAsync(order, "ship");
        return await DoAsync(order, "deliver");
    }

    private async Task<long> BalanceAsync()
    {
        var accounts = new[] { (_buyer, _shop.StoreId) };
        return (await _server.Db.ReadAsync(s => PointsStore.PeekAsync(s, accounts))).Balance(_buyer, _shop.StoreId);
    }

    private Task<JsonElement> ReturnAsync(JsonElement order, int? quantity = null) => DoAsync(order, "return", quantity is null ? null
        : new JsonObject { ["lines"] = new JsonArray(new JsonObject { ["variantId"] = _shop.Variant, ["quantity"] = quantity }) });

    private void Pass(int days) => _server.Db.ClockSkew += TimeSpan.FromDays(days);

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(60, -30, -60)]
    [InlineData(100, -50, -100)]
    public async Task What_has_lapsed_is_not_taken_back_again(long spent, long afterHalf, long afterAll)
    {
        var order = await DeliveredAsync(4);
        if (spent > 0)
        {
            await PaidAsync(1, spent);
        }

        Pass(31);
        Assert.Equal(0, await BalanceAsync());
        Assert.Equal(100 + afterHalf, (await ReturnAsync(order, 2)).GetProperty("earnedPoints").GetInt64());
        Assert.Equal(afterHalf, await BalanceAsync());
        Assert.Equal("returned", (await ReturnAsync(order)).GetProperty("status").GetString());
        Assert.Equal(afterAll, await BalanceAsync());

        // What is earned from now on pays that debt and no more.
        await DeliveredAsync(4);
        Assert.Equal(100 + afterAll, await BalanceAsync());
        Pass(31);
        Assert.Equal(0, await BalanceAsync());
        await Audit.VerifyAsync(_server.Db);
    }

    /// <summary>The same whether the order has expired before the money came, or does with it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Late_money_finds_points_gone_that_have_lapsed(bool expiredBefore)
    {
        await DeliveredAsync(4);
        var order = await PlacedAsync(1, 60);
        Pass(31);
        if (expiredBefore)
        {
            await _server.ExpireAsync(order.GetProperty("id").GetGuid());
        }

        var late = await PayAsync(order);
        Assert.Equal(("expired", order.GetProperty("total").GetInt64()),
            (late.GetProperty("status").GetString(), late.GetProperty("refundDue").GetInt64()));
        Assert.Equal(0, await BalanceAsync());
        await Audit.VerifyAsync(_server.Db);
    }

    /// <summary>Whichever order's points were spent: those that lapse first. Each order gives back its own.</summary>
    [Fact]
    public async Task Of_two_orders_each_gives_back_what_has_not_lapsed_of_its_own()
    {
        var first = await DeliveredAsync(4);
        Pass(10);
        var second = await DeliveredAsync(2);
        await PaidAsync(1, 70);
        Pass(21);
        Assert.Equal(50, await BalanceAsync());
        await ReturnAsync(second);
        Assert.Equal(0, await BalanceAsync());
        Assert.Equal(30, (await ReturnAsync(first)).GetProperty("earnedPoints").GetInt64());
        Assert.Equal(-70, await BalanceAsync());
        await Audit.VerifyAsync(_server.Db);
    }
}

public sealed class LapsedReturn_on_sqlite() : LapsedReturnTests(Backend.Sqlite);

public sealed class LapsedReturn_on_postgresql() : LapsedReturnTests(Backend.Postgres);
