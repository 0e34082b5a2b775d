using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Carts;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>Who sees an order and where, and whose a key is.</summary>
public abstract class OrderSightTests(TestHost host)
{
    private TestServer Server => host.Server;

    [Fact]
    public async Task An_order_that_its_owner_has_hidden_is_out_of_their_list_alone_and_its_payments_are_kept()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var (owner, staff) = (Server.Customer(), Server.Staff(shop.StoreId));
        var order = (await shop.OrderAsync(owner, Own(shop)).ShouldBeAsync(201)).GetProperty("id").GetString()!;
        await Shop.PostAsync(owner, $"/orders/{order}/cancel", null).ShouldBeAsync(200);
        Assert.Equal([order], await ListAsync(owner, shop));
        Assert.Equal(204, (int)(await owner.DeleteAsync($"/api/v1/orders/{order}")).StatusCode);
        Assert.Empty(await ListAsync(owner, shop));
        Assert.Equal([order], await ListAsync(staff, shop));

        var payment = new JsonObject { ["transactionId"] = "t-1", ["amount"] = 700, ["currency"] = "VND", ["provider"] = "bank" };
        var paid = await Shop.PostAsync(staff, $"/orders/{order}/payments", payment, "k").ShouldBeAsync(201);
        Assert.Equal((700, 700), (paid.GetProperty("amountPaid").GetInt64(), paid.GetProperty("refundDue").GetInt64()));
        var again = await Shop.PostAsync(staff, $"/orders/{order}/payments", payment.DeepClone(), "k").ShouldBeAsync(201);
        Assert.Equal(paid.GetRawText(), again.GetRawText());
        var seen = await owner.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{order}");
        Assert.Equal(paid.GetRawText(), seen.GetRawText());
        Assert.Empty(await ListAsync(owner, shop));
    }

    [Fact]
    public async Task One_key_of_two_callers_is_two_orders()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var ids = new List<string>();
        foreach (var caller in new[] { Server.Customer(), Server.Customer() })
        {
            ids.Add((await shop.OrderAsync(caller, Own(shop), "the same key").ShouldBeAsync(201)).GetProperty("id").GetString()!);
        }

        Assert.NotEqual(ids[0], ids[1]);
        Assert.Equal((9, 2), await shop.StockAsync());
    }

    [Fact]
    public async Task A_guests_id_opens_nothing()
    {
        var shop = await Shop.CreateAsync(Server.Db, 9);
        var order = await shop.OrderAsync(Server.Guest).ShouldBeAsync(201);
        var guest = Server.Customer(order.GetProperty("customerId").GetGuid());
        Assert.Equal(404, (int)(await guest.GetAsync($"/api/v1/orders/{order.GetProperty("id").GetString()}")).StatusCode);
    }

    private static JsonObject Own(Shop shop)
    {
        var body = shop.Body();
        body.Remove("customer");
        return body;
    }

    private static async Task<IEnumerable<string?>> ListAsync(HttpClient client, Shop shop) =>
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/orders?storeId={shop.StoreId}")).GetProperty("items").EnumerateArray()
            .Select(o => o.GetProperty("id").GetString());
}

public sealed class OrderSight_on_sqlite(SqliteHost host) : OrderSightTests(host), IClassFixture<SqliteHost>;

public sealed class OrderSight_on_postgresql(PostgresHost host) : OrderSightTests(host), IClassFixture<PostgresHost>;
