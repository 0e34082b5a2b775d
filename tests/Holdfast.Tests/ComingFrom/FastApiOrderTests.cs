using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Tests.Catalog;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.ComingFrom;

/// <summary>The routes and fields of a FastAPI order service, by those that Holdfast has instead.</summary>
public abstract class FastApiOrderTests(TestHost host)
{
    private TestServer Server => host.Server;

    [Fact]
    public async Task A_product_number_of_the_old_catalog_is_an_externalId()
    {
        var store = await Server.Admin.NewStoreAsync();
        var variants = new[] { new { sku = "HUB", price = 45_000, externalId = "3" } };
        var made = await Server.Staff(store).Post("/products", new { storeId = store, name = "Hub", externalId = "3", variants });
        var product = await Server.Guest.GetFromJsonAsync<JsonElement>($"/api/v1/products/{made.Id}");
        Assert.Equal(("3", "3"), (product.Text("externalId"), product.GetProperty("variants")[0].Text("externalId")));

        // In a line the variant's own id is meant.
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var body = Buying.Body(shop);
        body["lines"]![0]!["product_id"] = 3;
        var (status, refusal, _) = await shop.OrderAsync(Server.Customer(), body);
        Assert.Equal((400, "unknown_field"), (status, refusal.Text("code")));
    }

    [Fact]
    public async Task An_order_is_posted_with_one_line_or_many()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10, 10);
        var body = shop.Body((0, 1), (1, 2));
        body.Remove("customer");
        var (status, order, _) = await shop.OrderAsync(Server.Customer(), body);
        Assert.Equal((201, "pending", 5000), (status, order.Text("status"), order.Whole("total")));
        Assert.Equal([1000, 4000], order.GetProperty("lines").EnumerateArray().Select(l => l.Whole("lineTotal")));
    }

    [Fact]
    public async Task A_total_that_is_sent_is_compared_and_never_taken()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var body = Buying.Body(shop);
        body["total_amount"] = 0.01;
        Assert.Equal("unknown_field", (await shop.OrderAsync(Server.Customer(), body)).Body.Text("code"));
        body = Buying.Body(shop);
        body["expectedTotal"] = 1;
        var (status, refusal, _) = await shop.OrderAsync(Server.Customer(), body);
        Assert.Equal((409, "total_changed", 2000), (status, refusal.Text("code"), refusal.GetProperty("quote").Whole("total")));
        body["expectedTotal"] = 2000;
        Assert.Equal(201, (await shop.OrderAsync(Server.Customer(), body)).Status);
    }

    [Fact]
    public async Task A_user_in_a_header_opens_nothing()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var me = Guid.CreateVersion7();
        var order = await Buying.PlaceAsync(shop, Server.Customer(me));
        foreach (var (path, status) in new[] { ("/orders", 401), ($"/orders/{order.Text("id")}", 404) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1{path}");
            request.Headers.Add("user_id", me.ToString());
            using var answer = await Server.Guest.SendAsync(request);
            Assert.Equal(status, (int)answer.StatusCode);
        }

        Assert.Single((await Server.Customer(me).Get("/orders")).Items);
    }

    [Fact]
    public async Task Somebody_elses_order_is_not_there()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var order = await Buying.PlaceAsync(shop, Server.Customer());
        (await Server.Customer().Get($"/orders/{order.Text("id")}")).Is(404, "not_found");
        (await Server.Customer().Get($"/orders/{Guid.CreateVersion7()}")).Is(404, "not_found");
    }

    [Fact]
    public async Task A_state_is_put_with_the_version_that_was_read()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var (staff, order) = (Server.Staff(shop.StoreId), await Buying.PlaceAsync(shop, Server.Customer()));
        var path = $"/orders/{order.Text("id")}";
        (await staff.Put(path, new { status = "confirmed" })).Is(428, "precondition_required");
        var version = order.Whole("version");
        var refusal = await staff.Put(path, new { status = "delivered", version });
        refusal.Is(409, "illegal_transition");
        Assert.Equal(("pending", "delivered"), ((string)refusal["from"]!, (string)refusal["to"]!));
        foreach (var status in new[] { "confirmed", "shipped", "delivered" })
        {
            var answer = await staff.Put(path, new { status, version });
            Assert.Equal(status, (string)answer["status"]!);
            version = (long)answer["version"]!;
        }

        (await staff.Put(path, new { status = "cancelled", version })).Is(409, "illegal_transition");
    }

    [Fact]
    public async Task An_order_has_an_id_for_programs_and_a_number_for_people()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var order = await Buying.PlaceAsync(shop, Server.Customer());
        Assert.Equal(7, order.GetProperty("id").GetGuid().Version);
        Assert.Matches("^[0-9A-Z]{4}(-[0-9A-Z]{4})+$", order.Text("number"));
        var found = await Server.Staff(shop.StoreId).Get($"/orders?q={order.Text("number")}");
        Assert.Equal(order.Text("id"), (string)found.Items.Single()!["id"]!);
    }

    [Fact]
    public async Task Members_are_in_camel_case_and_times_in_UTC()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var order = await Buying.PlaceAsync(shop, Server.Customer());
        Assert.All(new[] { "createdAt", "updatedAt" }, name => Assert.EndsWith("Z", order.Text(name), StringComparison.Ordinal));
        Assert.All(new[] { "variantId", "productId", "productName", "unitPrice", "lineTotal" },
            name => Assert.True(order.GetProperty("lines")[0].Has(name), name));
        Assert.DoesNotContain(order.EnumerateObject(), m => m.Name.Contains('_', StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_names_each_field_that_is_wrong()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var body = Buying.Body(shop, 0);
        body.Remove("contactPhone");
        var (status, refusal, _) = await shop.OrderAsync(Server.Customer(), body);
        Assert.Equal((400, "invalid_request"), (status, refusal.Text("code")));
        Assert.Equal(["contactPhone", "lines[0].quantity"],
            refusal.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal));
        Assert.False(refusal.TryGetProperty("detail", out var detail) && detail.ValueKind == JsonValueKind.Array);
    }
}

public sealed class FastApi_orders_on_sqlite(SqliteHost host) : FastApiOrderTests(host), IClassFixture<SqliteHost>;

public sealed class FastApi_orders_on_postgresql(PostgresHost host) : FastApiOrderTests(host), IClassFixture<PostgresHost>;
