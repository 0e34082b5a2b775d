using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Commands;
using Holdfast.Identity;
using Holdfast.Platform.Http;
using Holdfast.Tests.Fixtures;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Tests.Http;

/// <summary>
/// A server with the demo store, an order and a reservation, and for each of its routes a path that leads to something that is there and a body
/// that would be taken: so that what a test spoils is the only thing wrong.
/// </summary>
public sealed partial class EveryRoute : IAsyncDisposable
{
    private const string Marker = "@@spoilt@@";
    private static readonly string CartToken = $"{new string('c', 42)}A";

    private readonly Dictionary<string, string> _ids = [];
    private readonly Dictionary<string, JsonObject> _bodies = [];

    private EveryRoute(TestServer server)
    {
        Server = server;
        // A real token, so that the real reader is in the way, too.
        var account = new Account(Guid.CreateVersion7(), Role.Admin, "admin@example.com", null, []);
        Admin = server.Client(server.Get<TokenReader>().Make(account));
        Rules = [.. server.Get<EndpointDataSource>().Endpoints.Select(e => e.Metadata.GetMetadata<RouteRule>()).OfType<RouteRule>()];
    }

    public TestServer Server { get; }

    public HttpClient Admin { get; }

    public IReadOnlyList<RouteRule> Rules { get; }

    /// <summary>Ids that only those may learn whose they are: of the order and of the reservation.</summary>
    public IEnumerable<string> Secrets => [_ids["/orders/{id}"], _ids["/inventory/reservations/{id}"]];

    public IEnumerable<RouteRule> WithBody => Rules.Where(r => r.Method is "POST" or "PUT");

    public static async Task<EveryRoute> StartAsync(Backend backend)
    {
        var routes = new EveryRoute(await TestServer.StartAsync(backend));
        await DemoStore.MakeAsync(routes.Server.Db, CancellationToken.None);
        await routes.FillAsync();
        return routes;
    }

    public HttpRequestMessage Request(RouteRule route, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(route.Method), Path(route)) { Content = content };
        if (request.Content is not null)
        {
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        // Everybody's cart is the same one, with something in it.
        request.Headers.Add("X-Cart-Token", CartToken);
        if (route.Method is "POST" or "PUT")
        {
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
            request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        }

        return request;
    }

    public string Path(RouteRule route) => Parameter().Replace(route.Pattern, match =>
        _ids.TryGetValue(route.Pattern[Routes.Base.Length..match.Index] + match.Value, out var id) ? id : Guid.CreateVersion7().ToString());

    /// <summary>Every body in which one value, at whatever depth, is replaced by the given JSON; and the path of that value.</summary>
    public IEnumerable<(RouteRule Route, string Where, string Body)> Spoilt(string json)
    {
        foreach (var route in WithBody)
        {
            if (!_bodies.TryGetValue($"{route.Method} {route.Pattern}", out var template))
            {
                continue;
            }

            foreach (var path in Leaves(template, ""))
            {
                var copy = template.DeepClone();
                Replace(copy, path);
                yield return (route, path, copy.ToJsonString().Replace($"\"{Marker}\"", json, StringComparison.Ordinal));
            }
        }
    }

    /// <summary>Every text at whatever depth of a body that would be taken: its path, and a copy of the body.</summary>
    public IEnumerable<(RouteRule Route, string Where, JsonObject Body)> Texts() =>
        from route in WithBody
        where _bodies.ContainsKey($"{route.Method} {route.Pattern}")
        let body = _bodies[$"{route.Method} {route.Pattern}"]
        from path in Leaves(body, "")
        where At(body, path) is JsonValue value && value.GetValueKind() == JsonValueKind.String
        select (route, path, body.DeepClone().AsObject());

    /// <summary>Whether there is a body that the route would take.</summary>
    public bool HasBody(RouteRule route) => _bodies.ContainsKey($"{route.Method} {route.Pattern}");

    public byte[] GoodBody(RouteRule route) =>
        _bodies.TryGetValue($"{route.Method} {route.Pattern}", out var body) ? JsonSerializer.SerializeToUtf8Bytes(body) : "{}"u8.ToArray();

    /// <summary>How many rows there are in each table: what nothing may change.</summary>
    public Task<string> CountsAsync() => Server.Db.ReadAsync(async s =>
    {
        var counts = new List<string>();
        foreach (var table in new[] { "stores", "products", "variants", "stock", "stock_movements", "reservations", "carts", "cart_lines", "orders", "order_lines", "payment_transactions", "events", "users", "idempotency_keys",
            "discount_codes", "discount_uses", "loyalty_programs", "points_accounts", "points_movements" })
        {
            counts.Add($"{table} {await s.FirstAsync($"SELECT COUNT(*) FROM {table}", r => r.Long(0))}");
        }

        return string.Join(", ", counts);
    });

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private async Task FillAsync()
    {
        var page = await Admin.GetFromJsonAsync<JsonElement>("/api/v1/products?limit=100");
        var product = page.GetProperty("items").EnumerateArray().First(p => p.GetProperty("name").GetString()!.StartsWith("Cà phê", StringComparison.Ordinal));
        var variant = product.GetProperty("variants")[0].GetProperty("id").GetString()!;
        var store = DemoStore.StoreId.ToString();
        JsonObject Lines(int quantity) => new() { ["variantId"] = variant, ["quantity"] = quantity };
        JsonObject Order() => new()
        {
            ["storeId"] = store,
            ["lines"] = new JsonArray(Lines(1)),
            ["deliveryAddress"] = new JsonObject { ["name"] = "An", ["line1"] = "1 Lê Lợi", ["line2"] = "Tầng 2", ["city"] = "Huế", ["region"] = "TTH", ["postalCode"] = "530000", ["country"] = "VN" },
            ["contactPhone"] = "+84 90 000 0000",
            ["customer"] = new JsonObject { ["email"] = "an@example.com", ["name"] = "An" },
            ["paymentMethod"] = "online",
            ["expectedTotal"] = 175_000,
            ["note"] = "Gọi trước",
            ["metadata"] = new JsonObject { ["k"] = "v" },
            ["externalId"] = "x-1",
        };

        IdentityBodies.AddTo(_bodies, store);
        _bodies["POST /api/v1/stores"] = new() { ["name"] = "Tiệm", ["slug"] = "tiem", ["currency"] = "VND", ["timeZone"] = "UTC", ["externalId"] = "s", ["metadata"] = new JsonObject { ["k"] = "v" } };
        _bodies["PUT /api/v1/stores/{id}"] = _bodies["POST /api/v1/stores"].DeepClone().AsObject();
        _bodies["POST /api/v1/products"] = new()
        {
            ["storeId"] = store, ["name"] = "Áo", ["description"] = "d", ["category"] = "c", ["externalId"] = "p", ["metadata"] = new JsonObject { ["k"] = "v" },
            ["variants"] = new JsonArray(new JsonObject { ["sku"] = "ao", ["name"] = "M", ["price"] = 1000, ["attributes"] = new JsonObject { ["size"] = "M" }, ["purchaseLimit"] = 2, ["active"] = true }),
        };
        _bodies["PUT /api/v1/products/{id}"] = _bodies["POST /api/v1/products"].DeepClone().AsObject();
        _bodies["PUT /api/v1/products/{id}"].Remove("storeId");
        _bodies["PUT /api/v1/inventory/{variantId}"] = new() { ["lowStockThreshold"] = 5 };
        _bodies["POST /api/v1/inventory/{variantId}/receipts"] = new() { ["quantity"] = 1, ["reference"] = "r" };
        _bodies["POST /api/v1/inventory/{variantId}/adjustments"] = new() { ["delta"] = 1, ["reason"] = "count" };
        _bodies["POST /api/v1/inventory/reservations"] = new() { ["lines"] = new JsonArray(Lines(1)), ["ttlSeconds"] = 60, ["reference"] = "r" };
        _bodies["PUT /api/v1/carts/{storeId}/lines/{variantId}"] = new() { ["quantity"] = 1 };
        _bodies["POST /api/v1/orders/from-cart"] = Order();
        _bodies["POST /api/v1/orders/from-cart"].Remove("lines");
        _bodies["POST /api/v1/orders"] = Order();
        _bodies["POST /api/v1/orders/quote"] = Order();
        _bodies["PUT /api/v1/orders/{id}"] = new() { ["deliveryAddress"] = "1 Lê Lợi, Huế", ["contactPhone"] = "1", ["note"] = "n", ["version"] = 1 };
        _bodies["POST /api/v1/orders/{id}/cancel"] = new() { ["reason"] = "r" };
        _bodies["POST /api/v1/orders/{id}/ship"] = new() { ["lines"] = new JsonArray(Lines(1)), ["carrier"] = "c", ["trackingNumber"] = "t" };
        _bodies["POST /api/v1/orders/{id}/return"] = new() { ["lines"] = new JsonArray(Lines(1)), ["restock"] = true };
        _bodies["POST /api/v1/orders/{id}/payments"] = new() { ["transactionId"] = "t", ["amount"] = 1, ["currency"] = "VND", ["provider"] = "bank", ["method"] = "card", ["receivedAt"] = "2026-01-02T03:04:05Z" };

        _ids["/stores/{id}"] = store;
        _ids["/products/{id}"] = product.GetProperty("id").GetString()!;
        _ids["/inventory/{variantId}"] = variant;
        _ids["/carts/{storeId}"] = store;
        _ids["/carts/{storeId}/lines/{variantId}"] = variant;
        _ids["/inventory/reservations/{id}"] = await MakeAsync("/api/v1/inventory/reservations", _bodies["POST /api/v1/inventory/reservations"]);
        await FillOffersAsync(store);
        _ids["/orders/{id}"] = await MakeAsync("/api/v1/orders", Order());
        _ids["/customers/{id}"] = (await Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{_ids["/orders/{id}"]}")).GetProperty("customerId").GetString()!;
        var line = Rules.Single(r => r is { Method: "PUT", Pattern: "/api/v1/carts/{storeId}/lines/{variantId}" });
        using var put = new HttpRequestMessage(HttpMethod.Put, Path(line)) { Content = JsonContent.Create(new { quantity = 1 }), Headers = { { "X-Cart-Token", CartToken } } };
        using var filled = await Admin.SendAsync(put);
        Assert.True(filled.IsSuccessStatusCode, await filled.Content.ReadAsStringAsync());
    }

    private async Task FillOffersAsync(string store)
    {
        await FillWebhooksAsync(store);
        _bodies["POST /api/v1/discount-codes"] = new()
        {
            ["code"] = "SUMMER", ["kind"] = "fixed", ["value"] = 1000, ["currency"] = "VND", ["startsAt"] = "2026-01-02T03:04:05Z", ["endsAt"] = "2099-01-02T03:04:05Z", ["minimumSubtotal"] = 1,
            ["usageLimit"] = 100, ["usageLimitPerCustomer"] = 2, ["categories"] = new JsonArray("c"), ["active"] = true,
        };
        _bodies["PUT /api/v1/discount-codes/{code}"] = _bodies["POST /api/v1/discount-codes"].DeepClone().AsObject();
        _bodies["PUT /api/v1/discount-codes/{code}"].Remove("code");
        _bodies["POST /api/v1/discount-codes/{code}/quote"] = new() { ["storeId"] = store, ["subtotal"] = 5000, ["category"] = "c" };
        _bodies["PUT /api/v1/stores/{id}/loyalty-program"] = new() { ["amountPerPoint"] = 1000, ["pointValue"] = 10, ["expiresAfterDays"] = 365 };
        _bodies["POST /api/v1/loyalty/{customerId}/adjustments"] = new() { ["storeId"] = store, ["points"] = 5, ["reason"] = "sorry" };
        _ids["/discount-codes/{code}"] = "SPRING";
        await MakeAsync("/api/v1/discount-codes", With(_bodies["POST /api/v1/discount-codes"], "code", "SPRING"));
        var own = With(With(_bodies["POST /api/v1/discount-codes"], "code", "SPRING"), "storeId", store);
        own.Remove("currency");
        await MakeAsync("/api/v1/discount-codes", own);
        _ids["/loyalty/{customerId}"] = (await Server.Get<Accounts>().CreateAsync(Role.Customer, "chi@example.com", null, "a long password", [])).Value.Id.ToString();
    }

    private static JsonObject With(JsonObject body, string name, string value)
    {
        var copy = body.DeepClone().AsObject();
        copy[name] = value;
        return copy;
    }

    private async Task<string> MakeAsync(string path, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var answer = await Admin.SendAsync(request);
        var made = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, made);
        return JsonDocument.Parse(made).RootElement.GetProperty("id").GetString()!;
    }

    private static IEnumerable<string> Leaves(JsonNode node, string path)
    {
        var members = node switch
        {
            JsonObject o => o.Select(m => (Name: m.Key, m.Value)),
            JsonArray a => a.Select((value, i) => (Name: i.ToString(null, null), Value: value)),
            _ => [],
        };
        foreach (var (name, value) in members)
        {
            yield return $"{path}/{name}";
            foreach (var deeper in value is null ? [] : Leaves(value, $"{path}/{name}"))
            {
                yield return deeper;
            }
        }
    }

    private static JsonNode? At(JsonNode root, string path) =>
        path[1..].Split('/').Aggregate((JsonNode?)root, (node, name) => node is JsonArray list ? list[int.Parse(name, null)] : node![name]);

    internal static void Replace(JsonNode root, string path, string by = Marker)
    {
        var names = path[1..].Split('/');
        var node = root;
        foreach (var name in names[..^1])
        {
            node = node is JsonArray list ? list[int.Parse(name, null)]! : node[name]!;
        }

        if (node is JsonArray array)
        {
            array[int.Parse(names[^1], null)] = by;
        }
        else
        {
            node[names[^1]] = by;
        }
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}

/// <summary>A class fixture: one <see cref="EveryRoute"/> for all tests of a class.</summary>
public abstract class EveryRouteHost(Backend backend) : IAsyncLifetime
{
    private EveryRoute? _routes;

    public EveryRoute Routes
    {
        get
        {
            if (_routes is null)
            {
                PostgresServer.Require();
            }

            return _routes!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (backend == Backend.Sqlite || PostgresServer.Binaries is not null)
        {
            _routes = await EveryRoute.StartAsync(backend);
        }
    }

    public ValueTask DisposeAsync() => _routes?.DisposeAsync() ?? ValueTask.CompletedTask;
}

public sealed class SqliteEveryRoute() : EveryRouteHost(Backend.Sqlite);

public sealed class PostgresEveryRoute() : EveryRouteHost(Backend.Postgres);
