using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Commands;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Golden;

/// <summary>Products, discount codes and stock are answered and stored as they always were.</summary>
public abstract class CatalogLifeTests(Backend backend) : IAsyncLifetime
{
    private readonly GoldenFile _golden = new("catalog-lives.txt");
    private TestServer _server = null!;
    private string _store = "";

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(backend);
        var store = await Shop.PostAsync(_server.Admin, "/stores", new JsonObject
        {
            ["name"] = "Tiệm",
            ["slug"] = "tiem",
            ["currency"] = "VND",
            ["timeZone"] = "UTC",
        });
        _store = store.Body.GetProperty("id").GetString()!;
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Rows_and_answers_are_what_they_were()
    {
        var product = await ProductAsync();
        await StockAsync(product.GetProperty("variants")[0].GetProperty("id").GetString()!);
        await CodesAsync();
        foreach (var table in new[] { "products", "discount_codes" })
        {
            await _golden.AddRowsAsync(_server.Db, table, $"SELECT * FROM {table} ORDER BY created_at, id");
        }

        await _golden.AddRowsAsync(_server.Db, "variants", "SELECT * FROM variants ORDER BY position, id");
        await _golden.AddRowsAsync(_server.Db, "stock", "SELECT * FROM stock ORDER BY variant_id");
        await _golden.AddRowsAsync(_server.Db, "stock_movements", "SELECT * FROM stock_movements ORDER BY variant_id, sequence");
        await _golden.AddRowsAsync(_server.Db, "events",
            "SELECT sequence, type, actor, previous, data FROM events ORDER BY subject, sequence");
        _golden.Holds();
    }

    private async Task<JsonElement> ProductAsync()
    {
        var body = new JsonObject
        {
            ["storeId"] = _store,
            ["name"] = "Áo dài",
            ["description"] = "Lụa\n\"mềm\"",
            ["category"] = "Áo",
            ["externalId"] = "p-1",
            ["metadata"] = new JsonObject { ["k"] = "v" },
            ["paymentMethods"] = new JsonArray("online", "cash_on_delivery"),
            ["variants"] = new JsonArray(
                new JsonObject
                {
                    ["sku"] = "AO-M",
                    ["name"] = "M",
                    ["price"] = 145_000,
                    ["attributes"] = new JsonObject { ["size"] = "M" },
                    ["metadata"] = new JsonObject { ["a"] = "b" },
                    ["externalId"] = "v-1",
                    ["purchaseLimit"] = 3,
                    ["active"] = true,
                },
                new JsonObject { ["sku"] = "AO-L", ["price"] = 150_000, ["active"] = false }),
        };
        var product = await DoAsync(HttpMethod.Post, "/products", body);
        await DoAsync(HttpMethod.Post, "/products", new JsonObject
        {
            ["storeId"] = _store,
            ["name"] = "Nón",
            ["variants"] = new JsonArray(new JsonObject { ["sku"] = "NON", ["price"] = 1 }),
        });
        body.Remove("storeId");
        (body["name"], body["category"]) = ("Áo dài mới", null);
        (body["variants"]![0]!["price"], body["variants"]![1]!["sku"]) = (140_000, "AO-XL");
        var path = $"/products/{product.GetProperty("id").GetString()}";
        await DoAsync(HttpMethod.Put, path, body, "\"1\"");
        await DoAsync(HttpMethod.Get, path);
        await DoAsync(HttpMethod.Get, $"/products?storeId={_store}&sort=price");
        var file = Path.Combine(Directory.CreateTempSubdirectory("holdfast-").FullName, "products.csv");
        Assert.Equal(0, await Export.ProductsAsync(_server.Db, file, null, bom: false, TestContext.Current.CancellationToken));
        _golden.Add("export", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        return product;
    }

    private async Task StockAsync(string variant)
    {
        await DoAsync(HttpMethod.Put, $"/inventory/{variant}", new JsonObject { ["lowStockThreshold"] = 5 });
        await DoAsync(HttpMethod.Post, $"/inventory/{variant}/receipts", new JsonObject { ["quantity"] = 7, ["reference"] = "DN-1" });
        await DoAsync(HttpMethod.Post, $"/inventory/{variant}/adjustments", new JsonObject { ["delta"] = -3, ["reason"] = "vỡ" });
        await DoAsync(HttpMethod.Get, $"/inventory/{variant}");
        await DoAsync(HttpMethod.Get, $"/inventory?storeId={_store}");
        await DoAsync(HttpMethod.Get, $"/inventory/{variant}/movements");
    }

    private async Task CodesAsync()
    {
        var body = new JsonObject
        {
            ["code"] = "Summer",
            ["kind"] = "fixed",
            ["value"] = 1000,
            ["currency"] = "VND",
            ["startsAt"] = "2026-01-02T03:04:05Z",
            ["endsAt"] = "2099-01-02T03:04:05Z",
            ["minimumSubtotal"] = 1,
            ["usageLimit"] = 100,
            ["usageLimitPerCustomer"] = 2,
            ["categories"] = new JsonArray("Áo", "Nón"),
            ["active"] = true,
        };
        await DoAsync(HttpMethod.Post, "/discount-codes", body);
        var percent = new JsonObject { ["storeId"] = _store, ["code"] = "TEN", ["kind"] = "percent", ["value"] = 12.5 };
        await DoAsync(HttpMethod.Post, "/discount-codes", percent);
        var shipping = new JsonObject { ["storeId"] = _store, ["code"] = "SHIP", ["kind"] = "free_shipping" };
        await DoAsync(HttpMethod.Post, "/discount-codes", shipping);
        body.Remove("code");
        (body["value"], body["usageLimit"], body["categories"]) = (2000, null, null);
        await DoAsync(HttpMethod.Put, "/discount-codes/SUMMER", body, "\"1\"");
        await DoAsync(HttpMethod.Get, "/discount-codes/summer");
        await DoAsync(HttpMethod.Get, $"/discount-codes?storeId={_store}");
    }

    private async Task<JsonElement> DoAsync(HttpMethod method, string path, JsonObject? body = null, string? version = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1{path}") { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.TryAddWithoutValidation("If-Match", version);
        using var answer = await _server.Admin.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {text}");
        _golden.Add($"{method} {path}".Replace(_store, "STORE", StringComparison.Ordinal), text);
        return JsonDocument.Parse(text).RootElement;
    }
}

public sealed class CatalogLife_on_sqlite() : CatalogLifeTests(Backend.Sqlite);

public sealed class CatalogLife_on_postgresql() : CatalogLifeTests(Backend.Postgres);
