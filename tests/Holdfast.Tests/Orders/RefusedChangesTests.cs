using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Orders.Core;
using Holdfast.Tests.Carts;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Inventory;

namespace Holdfast.Tests.Orders;

/// <summary>What is refused of an order that is on its way, paid or over: by name, and everything stays as it was.</summary>
public abstract class RefusedChangesTests(TestHost host)
{
    private TestServer Server => host.Server;

    [Fact]
    public async Task An_order_that_has_left_or_ended_is_not_edited()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var (sent, cancelled) = (await PlacedAsync(shop), await PlacedAsync(shop));
        await MoveAsync(sent, "confirmed", "shipped");
        await MoveAsync(cancelled, "cancelled");
        foreach (var order in new[] { sent, cancelled })
        {
            var version = (await Server.Admin.GetFromJsonAsync<JsonElement>(Path(order))).GetProperty("version").GetInt32();
            await RefusedAsync(order, () => Server.Admin.PutAsJsonAsync(Path(order), new { note = "ring twice", version }), 409,
                "not_editable");
            await RefusedAsync(order, () =>
                Server.Admin.PutAsJsonAsync(Path(order), new { deliveryAddress = "2 Trần Phú", status = "delivered", version }), 409,
                "not_editable");
        }

        // What it says already is no change.
        Assert.Equal("delivered", await MoveAsync(sent, "delivered"));
    }

    [Fact]
    public async Task An_order_that_has_not_ended_is_neither_hidden_nor_erased()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var order = await PlacedAsync(shop);
        foreach (var status in new[] { "confirmed", "shipped", null })
        {
            await RefusedAsync(order, () => Server.Staff(shop.StoreId).DeleteAsync(Path(order)), 409, "order_not_ended");
            await RefusedAsync(order, () => Server.Admin.DeleteAsync($"{Path(order)}?hard=true"), 409, "order_not_ended");
            if (status is not null)
            {
                await MoveAsync(order, status);
            }
        }

        var customer = Server.Customer();
        var body = shop.Body();
        body.Remove("customer");
        var own = await PlacedAsync(shop, customer, body);
        await RefusedAsync(own, () => customer.DeleteAsync(Path(own)), 409, "order_not_ended");
    }

    [Fact]
    public async Task An_order_that_money_has_moved_for_is_not_erased()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var (owing, late) = (await PlacedAsync(shop), await PlacedAsync(shop));
        await PayAsync(owing, 400).ShouldBeAsync(201);
        await MoveAsync(owing, "cancelled");
        await MoveAsync(late, "cancelled");
        await PayAsync(late, 1000).ShouldBeAsync(201);
        foreach (var order in new[] { owing, late })
        {
            await RefusedAsync(order, () => Server.Admin.DeleteAsync($"{Path(order)}?hard=true"), 409, "money_moved");
        }
    }

    [Fact]
    public async Task An_order_whose_goods_have_left_is_not_erased_even_when_they_came_back()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var order = await PlacedAsync(shop);
        await MoveAsync(order, "confirmed", "shipped", "delivered");
        await RefusedAsync(order, () => Server.Admin.DeleteAsync($"{Path(order)}?hard=true"), 409, "stock_moved");
        await MoveAsync(order, "returned");
        await RefusedAsync(order, () => Server.Admin.DeleteAsync($"{Path(order)}?hard=true"), 409, "stock_moved");
        Assert.Equal((9, 0), await shop.StockAsync());
    }

    [Fact]
    public async Task Payments_that_add_up_to_too_much_are_refused_and_not_remembered()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var (order, other) = (await PlacedAsync(shop), await PlacedAsync(shop));
        await PayAsync(order, PlacementRules.MaxTotal - 5).ShouldBeAsync(201);
        var before = await SeenAsync(order);
        await PayAsync(order, 6, "t-1").ShouldBeAsync(422, "payment_too_large");
        Assert.Equal(before, await SeenAsync(order));
        Assert.Equal(1, await shop.CountAsync("SELECT COUNT(*) FROM payment_transactions WHERE store_id = $1", shop.StoreId));

        await PayAsync(other, 6, "t-1").ShouldBeAsync(201);
        Assert.Equal(PlacementRules.MaxTotal, (await PayAsync(order, 5).ShouldBeAsync(201)).GetProperty("amountPaid").GetInt64());
    }

    private static string Path(JsonElement order) => $"/api/v1/orders/{order.GetProperty("id").GetGuid()}";

    private async Task<JsonElement> PlacedAsync(Shop shop, HttpClient? client = null, JsonObject? body = null) =>
        await shop.OrderAsync(client ?? Server.Guest, body).ShouldBeAsync(201);

    /// <summary>Through these statuses, without money.</summary>
    private async Task<string?> MoveAsync(JsonElement order, params string[] statuses)
    {
        var now = await Server.Admin.GetFromJsonAsync<JsonElement>(Path(order));
        foreach (var status in statuses)
        {
            now = await Server.Admin.PutAsJsonAsync(Path(order), new { status, version = now.GetProperty("version").GetInt32() })
                .ShouldBeAsync(200);
        }

        return now.GetProperty("status").GetString();
    }

    private Task<(int Status, JsonElement Body, HttpResponseMessage Response)> PayAsync(JsonElement order, long amount,
        string? transaction = null) =>
        Shop.PostAsync(Server.Admin, $"{Path(order)["/api/v1".Length..]}/payments", new JsonObject
        {
            ["transactionId"] = transaction ?? Guid.CreateVersion7().ToString(),
            ["amount"] = amount,
            ["currency"] = "VND",
            ["provider"] = "bank",
        });

    private async Task RefusedAsync(JsonElement order, Func<Task<HttpResponseMessage>> ask, int status, string code)
    {
        var before = await SeenAsync(order);
        await ask().ShouldBeAsync(status, code);
        Assert.Equal(before, await SeenAsync(order));
    }

    /// <summary>The order, its history, and whether the lists show it.</summary>
    private async Task<string> SeenAsync(JsonElement order)
    {
        var list = await Server.Admin.GetFromJsonAsync<JsonElement>(
            $"/api/v1/orders?storeId={order.GetProperty("storeId").GetGuid()}&q={order.GetProperty("number").GetString()}");
        return $"{await Server.Admin.GetStringAsync(Path(order))} {await Server.Admin.GetStringAsync($"{Path(order)}/history")} "
            + $"{list.GetProperty("items").GetArrayLength()}";
    }
}

public sealed class RefusedChanges_on_sqlite(SqliteHost host) : RefusedChangesTests(host), IClassFixture<SqliteHost>;

public sealed class RefusedChanges_on_postgresql(PostgresHost host) : RefusedChangesTests(host), IClassFixture<PostgresHost>;
