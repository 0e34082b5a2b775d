using System.Text.Json.Nodes;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>Placing over HTTP, on both databases.</summary>
public abstract class PlacementTests(TestHost host)
{
    private TestServer Server => host.Server;

    [Fact]
    public async Task An_order_is_placed_with_the_catalogs_prices_and_holds_stock()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10, 5);
        var (status, order, response) = await shop.OrderAsync(Server.Guest, shop.Body((0, 2), (1, 1), (0, 1)));
        Assert.Equal(201, status);
        Assert.Equal("pending", order.GetProperty("status").GetString());
        Assert.Equal(5000, order.GetProperty("total").GetInt64());
        Assert.Equal(2, order.GetProperty("lines").GetArrayLength());
        Assert.Equal(3, order.GetProperty("lines")[0].GetProperty("quantity").GetInt64());
        Assert.Matches("^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$", order.GetProperty("number").GetString());
        Assert.NotNull(order.GetProperty("accessKey").GetString());
        Assert.Equal($"/api/v1/orders/{order.GetProperty("id").GetGuid()}", response.Headers.Location!.ToString());
        Assert.Equal((10, 3), await shop.StockAsync());
        Assert.Equal((5, 1), await shop.StockAsync(shop.Variants[1]));
    }

    [Fact]
    public async Task Fifteen_orders_of_two_against_ten_exactly_five_succeed()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var answers = await Task.WhenAll(Enumerable.Range(0, 15).Select(_ => shop.OrderAsync(Server.Guest, shop.Body((0, 2)))));
        Assert.Equal(5, answers.Count(a => a.Status == 201));
        Assert.All(answers.Where(a => a.Status != 201), a =>
        {
            Assert.Equal(409, a.Status);
            Assert.Equal("insufficient_stock", a.Body.GetProperty("code").GetString());
        });
        Assert.Equal((10, 10), await shop.StockAsync());
    }

    [Fact]
    public async Task Ten_equal_requests_at_once_make_one_order_and_ten_equal_answers()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var body = shop.Body();
        var key = Guid.CreateVersion7().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10)
            .Select(_ => shop.OrderAsync(Server.Guest, (JsonObject)body.DeepClone(), key)));
        Assert.All(answers, a => Assert.Equal(201, a.Status));
        Assert.Single(answers.Select(a => a.Body.GetRawText()).Distinct());
        Assert.Equal(9, answers.Count(a => a.Response.Headers.Contains("Idempotency-Replayed")));
        Assert.Equal((10, 1), await shop.StockAsync());
    }
}

public sealed class Placement_on_sqlite(SqliteHost host) : PlacementTests(host), IClassFixture<SqliteHost>;

public sealed class Placement_on_postgresql(PostgresHost host) : PlacementTests(host), IClassFixture<PostgresHost>;
