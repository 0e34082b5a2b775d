using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Fixtures;
using OrderShop = Holdfast.Tests.Orders.Shop;

namespace Holdfast.Tests.Inventory;

/// <summary>Orders whose goods went missing: the newest wait, the others go out, whatever comes together in one batch.</summary>
public abstract class ShortOrdersTests(TestHost host)
{
    private async Task<Guid> OrderAsync(OrderShop shop, long quantity)
    {
        var body = shop.Body((0, quantity));
        body["paymentMethod"] = "cash_on_delivery";
        var (status, order, _) = await shop.OrderAsync(host.Server.Guest, body);
        Assert.True(status == 201, order.GetRawText());
        return order.Id();
    }

    private async Task<List<(Guid, long, long)>> AdjustAsync(OrderShop shop, long delta)
    {
        var (status, answer, _) = await OrderShop.PostAsync(host.Server.Admin, $"/inventory/{shop.Variant}/adjustments",
            new JsonObject { ["delta"] = delta, ["reason"] = "counted" });
        Assert.Equal(201, status);
        return [.. answer.GetProperty("affected").EnumerateArray()
            .Select(a => (a.GetProperty("referenceId").GetGuid(), a.GetProperty("held").GetInt64(), a.GetProperty("missing").GetInt64()))];
    }

    private Task<(int Status, JsonElement Body, HttpResponseMessage Response)> ShipAsync(Guid order, OrderShop? shop = null,
        long quantity = 0) =>
        OrderShop.PostAsync(host.Server.Admin, $"/orders/{order}/ship", shop is null ? null
            : new JsonObject { ["lines"] = new JsonArray(new JsonObject { ["variantId"] = shop.Variant, ["quantity"] = quantity }) });

    [Fact]
    public async Task All_that_are_covered_ship_together_and_the_newest_waits()
    {
        var shop = await OrderShop.CreateAsync(host.Server.Db, 7);
        var orders = new List<Guid> { await OrderAsync(shop, 3), await OrderAsync(shop, 2), await OrderAsync(shop, 2) };
        Assert.Equal([(orders[2], 2, 2)], await AdjustAsync(shop, -2));

        var shipped = await Task.WhenAll(orders.Select(o => ShipAsync(o)));
        Assert.Equal([200, 200, 409], shipped.Select(s => s.Status));
        Assert.Equal("order_short", shipped[2].Body.GetProperty("code").GetString());
        Assert.Equal((0, 2), await shop.StockAsync());

        Assert.Empty(await AdjustAsync(shop, 2));
        Assert.Equal(200, (await ShipAsync(orders[2])).Status);
        Assert.Equal((0, 0), await shop.StockAsync());
        await Shop.VerifyAsync(host.Server.Db);
    }

    [Fact]
    public async Task What_an_older_order_gives_back_fills_the_newer()
    {
        var shop = await OrderShop.CreateAsync(host.Server.Db, 7);
        var (older, newer) = (await OrderAsync(shop, 4), await OrderAsync(shop, 3));
        Assert.Equal([(newer, 3, 2)], await AdjustAsync(shop, -2));
        Assert.Equal(409, (await ShipAsync(newer)).Status);
        Assert.Equal(200, (await OrderShop.PostAsync(host.Server.Admin, $"/orders/{older}/cancel", null)).Status);
        Assert.Equal(200, (await ShipAsync(newer)).Status);
        Assert.Equal((2, 0), await shop.StockAsync());
        await Shop.VerifyAsync(host.Server.Db);
    }

    [Fact]
    public async Task The_part_of_an_order_that_is_there_may_ship()
    {
        var shop = await OrderShop.CreateAsync(host.Server.Db, 5);
        var order = await OrderAsync(shop, 5);
        Assert.Equal([(order, 5, 3)], await AdjustAsync(shop, -3));
        Assert.Equal(409, (await ShipAsync(order, shop, 3)).Status);
        Assert.Equal(200, (await ShipAsync(order, shop, 2)).Status);
        Assert.Equal(409, (await ShipAsync(order, shop, 1)).Status);
        Assert.Equal((0, 3), await shop.StockAsync());
        await Shop.VerifyAsync(host.Server.Db);
    }
}

public sealed class ShortOrders_on_sqlite(SqliteHost host) : ShortOrdersTests(host), IClassFixture<SqliteHost>;

public sealed class ShortOrders_on_postgresql(PostgresHost host) : ShortOrdersTests(host), IClassFixture<PostgresHost>;
