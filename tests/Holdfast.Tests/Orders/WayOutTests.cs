using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Crash;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>
/// No order is stuck: what was refused at the door, lost on its way or cannot be had in full is closed without telling of money that never
/// came.
/// </summary>
public abstract class WayOutTests(TestHost host)
{
    private TestServer Server => host.Server;

    private static JsonObject Cash(Shop shop, params (int, long)[] lines)
    {
        var body = shop.Body(lines);
        body["paymentMethod"] = "cash_on_delivery";
        return body;
    }

    [Theory]
    [InlineData(true, 10)]
    [InlineData(false, 7)]
    public async Task A_parcel_that_is_refused_at_the_door_comes_back_and_nobody_has_paid(bool restock, long onHand)
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var desk = new Desk(Server, shop);
        var order = await desk.PlaceAsync(Cash(shop, (0, 3)));
        await desk.DoAsync(order, "ship");
        var back = await desk.DoAsync(order, "return", new JsonObject { ["restock"] = restock });
        Assert.Equal(("returned", "unpaid", 0, 0), Desk.State(back));
        Assert.Equal((3000, 3, 3000), (Desk.Number(back, "cancelledAmount"), Desk.Number(back.GetProperty("lines")[0],
            "undeliveredQuantity"), Desk.Number(back, "total")));
        Assert.Equal((onHand, 0), await shop.StockAsync());
        await desk.RefusedAsync(order, "deliver", null, 409, "illegal_transition");
        // Money that comes now is nobody's to keep.
        Assert.Equal(("returned", "paid", 3000, 3000), Desk.State(await desk.PayAsync(order)));
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task One_of_two_parcels_is_refused_and_the_other_one_is_paid_at_the_door()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10, 10);
        await shop.ChargeAsync("""[{"from":0,"fee":300}]""", """{"included":false,"rate":10,"categories":[]}""");
        var desk = new Desk(Server, shop);
        var order = await desk.PlaceAsync(Cash(shop, (0, 3), (1, 1)));
        Assert.Equal(5800, Desk.Number(order, "total"));
        await desk.DoAsync(order, "ship", desk.Lines((0, 3)));
        await desk.DoAsync(order, "ship");
        var refused = await desk.DoAsync(order, "return", desk.Lines((0, 2)));
        Assert.Equal(("shipped", 2200), (refused.GetProperty("status").GetString(), Desk.Number(refused, "cancelledAmount")));
        await desk.RefusedAsync(order, "return", desk.Lines((0, 2)), 422, "quantity_too_large");
        Assert.Equal(("delivered", "paid", 3600, 0), Desk.State(await desk.DoAsync(order, "deliver")));
        await desk.RefusedAsync(order, "return", desk.Lines((0, 2)), 422, "quantity_too_large");
        Assert.Equal("returned", (await desk.DoAsync(order, "return")).GetProperty("status").GetString());
        Assert.Equal((10, 0), await shop.StockAsync());
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task What_is_left_of_a_partly_shipped_order_can_be_cancelled_when_it_is_lost()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10, 10);
        var desk = new Desk(Server, shop);
        var order = await desk.PlaceAsync(shop.Body((0, 4), (1, 2)));
        await desk.PayAsync(order);
        await desk.DoAsync(order, "ship", desk.Lines((0, 1)));
        var lost = new JsonObject { ["delta"] = -10, ["reason"] = "burnt" };
        Assert.Equal(201, (await Shop.PostAsync(Server.Admin, $"/inventory/{shop.Variants[1]}/adjustments", lost)).Status);
        await desk.RefusedAsync(order, "ship", desk.Lines((1, 2)), 409, "order_short");
        var part = await desk.DoAsync(order, "cancel", desk.Lines((1, 2)));
        Assert.Equal(("partially_shipped", "paid", 8000, 4000), Desk.State(part));
        Assert.Equal((0, 0), await shop.StockAsync(shop.Variants[1]));
        Assert.Equal((9, 3), await shop.StockAsync());

        // Without lines: all that is open.
        var rest = await desk.DoAsync(order, "cancel", new JsonObject { ["reason"] = "lost" });
        Assert.Equal(("shipped", "paid", 8000, 7000), Desk.State(rest));
        Assert.Equal((9, 0), await shop.StockAsync());
        await desk.RefusedAsync(order, "cancel", null, 409, "illegal_transition");
        Assert.Equal(("delivered", "paid", 8000, 7000), Desk.State(await desk.DoAsync(order, "deliver")));
        var history = await Server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{Desk.Id(order)}/history");
        Assert.Equal(["order.created", "payment.succeeded", "order.confirmed", "order.shipped", "order.lines_cancelled",
            "order.lines_cancelled", "order.delivered"],
            history.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("type").GetString()));
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task A_parcel_lost_and_the_rest_cancelled_leave_nothing_behind()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var limited = await shop.AddVariantAsync(777, 10, 4);
        await shop.AddCodeAsync("ODD", "percent", 1111, limit: 1);
        await shop.AddProgramAsync(100, 7);
        var buyer = Guid.CreateVersion7();
        await shop.GivePointsAsync(buyer, 100);
        await shop.ChargeAsync("""[{"from":0,"fee":131}]""", """{"included":false,"rate":8.25,"categories":[]}""");
        var (desk, client) = (new Desk(Server, shop), Server.Customer(buyer));
        var body = shop.Body((0, 3), (1, 3));
        body.Remove("customer");
        (body["discountCode"], body["redeemPoints"]) = ("ODD", 37);
        var order = await desk.PlaceAsync(body, client);
        await desk.PayAsync(order, 1000);
        await desk.PayAsync(order, Desk.Number(order, "total") - 1000);
        await desk.DoAsync(order, "ship", desk.Lines((0, 2), (1, 1)));

        // The buyer can cancel an order, and neither a part of it nor what is left of it.
        await desk.RefusedAsync(order, "cancel", null, 409, "illegal_transition", client);
        await desk.RefusedAsync(order, "cancel", desk.Lines((1, 1)), 400, "unknown_field", client);
        foreach (var line in new[] { (1, 1L), (1, 1L), (0, 1L) })
        {
            await desk.DoAsync(order, "cancel", desk.Lines(line));
            await Audit.VerifyAsync(Server.Db);
        }

        Assert.Equal("shipped", (await desk.DoAsync(order, "return", new JsonObject
        {
            ["lines"] = desk.Lines((0, 1))["lines"]!.DeepClone(),
            ["restock"] = false
        })).GetProperty("status").GetString());
        await Audit.VerifyAsync(Server.Db);
        Assert.Equal(1, await shop.UsesAsync("ODD"));
        var gone = await desk.DoAsync(order, "return");
        var total = Desk.Number(order, "total");
        Assert.Equal(("returned", "paid", total, total), Desk.State(gone));
        Assert.Equal((total, 37), (Desk.Number(gone, "cancelledAmount"), Desk.Number(gone, "cancelledPoints")));
        Assert.Equal((100, 0), (await shop.PointsAsync(buyer), await shop.UsesAsync("ODD")));
        Assert.Equal(((9, 0), (10, 0)), (await shop.StockAsync(), await shop.StockAsync(limited)));
        Assert.Equal(0, await shop.CountAsync("SELECT CAST(SUM(quantity) AS bigint) FROM purchase_counts WHERE variant_id = $1", limited));
        Assert.Equal(total, await shop.CountAsync("SELECT CAST(SUM(amount) AS bigint) FROM refunds WHERE order_id = $1", Desk.Id(order)));
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task All_that_was_shipped_came_back_and_the_rest_still_goes_out_or_ends()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var desk = new Desk(Server, shop);
        foreach (var (what, status, due) in new[] { ("ship", "shipped", 1000), ("cancel", "cancelled", 3000) })
        {
            var order = await desk.PlaceAsync(shop.Body((0, 3)));
            await desk.PayAsync(order);
            await desk.DoAsync(order, "ship", desk.Lines((0, 1)));
            Assert.Equal(("confirmed", "paid", 3000, 1000), Desk.State(await desk.DoAsync(order, "return")));
            await desk.RefusedAsync(order, "return", null, 409, "illegal_transition");
            Assert.Equal((status, "paid", 3000, due), Desk.State(await desk.DoAsync(order, what)));
            await Audit.VerifyAsync(Server.Db);
        }
    }

    [Fact]
    public async Task A_line_can_be_cancelled_before_anything_is_paid_or_shipped()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10, 10);
        var desk = new Desk(Server, shop);
        var order = await desk.PlaceAsync(shop.Body((0, 1), (1, 1)));
        Assert.Equal(("pending", "partially_paid", 1000, 0), Desk.State(await desk.PayAsync(order, 1000)));
        // What was paid is enough for what is left.
        Assert.Equal(("confirmed", "paid", 1000, 0), Desk.State(await desk.DoAsync(order, "cancel", desk.Lines((1, 1)))));
        Assert.Equal((10, 0), await shop.StockAsync(shop.Variants[1]));

        var whole = await desk.PlaceAsync(shop.Body((0, 2)));
        await desk.DoAsync(whole, "cancel", desk.Lines((0, 1)));
        await desk.RefusedAsync(whole, "cancel", desk.Lines((0, 2)), 422, "quantity_too_large");
        await desk.OverdueAsync(whole);
        Assert.Equal(("confirmed", "paid", 1000, 0), Desk.State(await desk.PayAsync(whole, 1000)));
        Assert.Equal(("cancelled", "paid", 1000, 1000), Desk.State(await desk.DoAsync(whole, "cancel", desk.Lines((0, 1)))));
        Assert.Equal((10, 1), await shop.StockAsync());
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task Cash_that_staff_told_under_the_deliverys_name_does_not_stop_the_delivery()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var desk = new Desk(Server, shop);
        var order = await desk.PlaceAsync(Cash(shop, (0, 3)));
        await desk.DoAsync(order, "ship");
        await desk.PayAsync(order, 1000, Desk.Id(order).ToString(), "cash_on_delivery");
        Assert.Equal(("delivered", "paid", 3000, 0), Desk.State(await desk.DoAsync(order, "deliver")));
        await Audit.VerifyAsync(Server.Db);
    }
}

public sealed class WayOut_on_sqlite(SqliteHost host) : WayOutTests(host), IClassFixture<SqliteHost>;

public sealed class WayOut_on_postgresql(PostgresHost host) : WayOutTests(host), IClassFixture<PostgresHost>;
