using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Catalog.Core;
using Holdfast.Orders.Core;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>How orders can be paid is for the store to say, and for a product: a scarce item can ask for money at once.</summary>
public abstract class PaymentMethodTests(TestHost host)
{
    private TestServer Server => host.Server;

    [Fact]
    public void The_catalog_and_the_orders_know_the_same_ways() => Assert.Equal(PaymentMethods.All, Names.PaymentMethods);

    private async Task<(Guid Store, Guid Free, Guid Scarce)> ShopAsync(JsonArray? ofStore, JsonArray? ofScarce)
    {
        var unique = $"{Guid.CreateVersion7():N}";
        var (status, store, _) = await Shop.PostAsync(Server.Admin, "/stores",
            new JsonObject { ["name"] = "S", ["slug"] = unique, ["currency"] = "VND", ["paymentMethods"] = ofStore });
        Assert.True(status == 201, store.ToString());
        var storeId = store.GetProperty("id").GetGuid();
        return (storeId, await ProductAsync("free", null), await ProductAsync("scarce", ofScarce));

        async Task<Guid> ProductAsync(string sku, JsonArray? methods)
        {
            var (made, product, _) = await Shop.PostAsync(Server.Admin, "/products", new JsonObject
            {
                ["storeId"] = storeId,
                ["name"] = sku,
                ["paymentMethods"] = methods,
                ["variants"] = new JsonArray(new JsonObject { ["sku"] = sku, ["price"] = 1000 }),
            });
            Assert.True(made == 201, product.ToString());
            var id = product.GetProperty("variants")[0].GetProperty("id").GetGuid();
            Assert.Equal(201,
                (await Shop.PostAsync(Server.Admin, $"/inventory/{id}/receipts",
                new JsonObject { ["quantity"] = 100, ["reference"] = "r" })).Status);
            return id;
        }
    }

    private static JsonObject Order(Guid store, string? method, params Guid[] variants)
    {
        var body = new JsonObject
        {
            ["storeId"] = store,
            ["deliveryAddress"] = "1 Lê Lợi",
            ["contactPhone"] = "none",
            ["customer"] = new JsonObject { ["email"] = $"{Guid.CreateVersion7():N}@example.com" },
            ["lines"] = new JsonArray([.. variants.Select(v => new JsonObject { ["variantId"] = v, ["quantity"] = 1 })]),
        };
        if (method is not null)
        {
            body["paymentMethod"] = method;
        }

        return body;
    }

    private async Task<string> PlacedAsync(JsonObject order, HttpClient? by = null)
    {
        var (status, answer, _) = await Shop.PostAsync(by ?? Server.Guest, "/orders", order);
        return status == 201 ? answer.GetProperty("paymentMethod").GetString()! : answer.GetProperty("code").GetString()!;
    }

    [Fact]
    public async Task A_store_offers_what_it_says_and_a_product_less()
    {
        var (store, free, scarce) = await ShopAsync(["cash_on_delivery", "online"], ["online"]);
        Assert.Equal("payment_method_not_allowed", await PlacedAsync(Order(store, "bank_transfer", free)));
        Assert.Equal("cash_on_delivery", await PlacedAsync(Order(store, "cash_on_delivery", free)));
        Assert.Equal("payment_method_not_allowed", await PlacedAsync(Order(store, "cash_on_delivery", scarce)));
        Assert.Equal("payment_method_not_allowed", await PlacedAsync(Order(store, "cash_on_delivery", free, scarce)));
        Assert.Equal("online", await PlacedAsync(Order(store, "online", free, scarce)));
        Assert.Equal("cash_on_delivery", await PlacedAsync(Order(store, "cash_on_delivery", scarce), Server.Staff(store)));

        var (status, refused, _) = await Shop.PostAsync(Server.Guest, "/orders", Order(store, "bank_transfer", free, scarce));
        Assert.Equal((422, "online"), (status, Assert.Single(refused.GetProperty("allowed").EnumerateArray()).GetString()));
        var (_, quote, _) = await Shop.PostAsync(Server.Guest, "/orders/quote", Order(store, "cash_on_delivery", scarce));
        Assert.Equal("payment_method_not_allowed", quote.GetProperty("obstacle").GetProperty("code").GetString());
        Assert.Equal(["online", "cash_on_delivery"],
            Methods((await Shop.PostAsync(Server.Guest, "/orders/quote", Order(store, null, free))).Body));
    }

    [Fact]
    public async Task Who_names_no_way_gets_the_first_that_is_allowed()
    {
        var (store, free, scarce) = await ShopAsync(["cash_on_delivery", "bank_transfer"], ["online"]);
        Assert.Equal("bank_transfer", await PlacedAsync(Order(store, null, free)));
        Assert.Equal("payment_method_not_allowed", await PlacedAsync(Order(store, null, scarce)));
        var (all, any, _) = await ShopAsync(null, null);
        Assert.Equal("online", await PlacedAsync(Order(all, null, any)));
        Assert.Equal(PaymentMethods.All, Methods(await Server.Guest.GetFromJsonAsync<JsonElement>($"/api/v1/stores/{all}")));
    }

    [Fact]
    public async Task It_can_be_changed_and_only_to_ways_that_there_are()
    {
        var (store, _, _) = await ShopAsync(["online"], null);
        foreach (var wrong in new JsonArray?[] { [], ["gold"], ["online", "online"], ["ONLINE"] })
        {
            using var refused = await Server.Admin.PutAsJsonAsync($"/api/v1/stores/{store}",
                new JsonObject { ["name"] = "S", ["slug"] = $"{store:N}", ["currency"] = "VND", ["paymentMethods"] = wrong });
            Assert.Equal(400, (int)refused.StatusCode);
        }

        using var changed = await Server.Admin.PutAsJsonAsync($"/api/v1/stores/{store}",
            new { name = "S", slug = $"{store:N}", currency = "VND", paymentMethods = new[] { "cash_on_delivery", "online" } });
        Assert.Equal(["online", "cash_on_delivery"], Methods(await changed.Content.ReadFromJsonAsync<JsonElement>()));
    }

    private static IEnumerable<string> Methods(JsonElement of) =>
        of.GetProperty("paymentMethods").EnumerateArray().Select(m => m.GetString()!);
}

public sealed class PaymentMethod_on_sqlite(SqliteHost host) : PaymentMethodTests(host), IClassFixture<SqliteHost>;

public sealed class PaymentMethod_on_postgresql(PostgresHost host) : PaymentMethodTests(host), IClassFixture<PostgresHost>;
