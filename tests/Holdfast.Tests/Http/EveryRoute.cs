using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Commands;
using Holdfast.Identity.Accounts;
using Holdfast.Identity.Tokens;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Fixtures;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Tests.Http;

/// <summary>
/// A server with the demo store, an order and a reservation, and for each of its routes a path that leads to something that is there and a
/// body that would be taken: so that what a test spoils is the only thing wrong.
/// </summary>
public sealed partial class EveryRoute : IAsyncDisposable
{
    private const string Marker = "@@spoilt@@";
    internal static readonly string CartToken = $"{new string('c', 42)}A";

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

    public IEnumerable<RouteRule> WithBody => Rules.Where(r => r.Method is "POST" or "PUT" or "PATCH");

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

    /// <summary>The bodies that would be taken.</summary>
    public IEnumerable<(RouteRule Route, JsonObject Body)> Bodies =>
        from route in WithBody where HasBody(route) select (route, _bodies[$"{route.Method} {route.Pattern}"].DeepClone().AsObject());

    /// <summary>Every body in which one value, at whatever depth, is replaced by the given JSON; and the path of that value.</summary>
    public IEnumerable<(RouteRule Route, string Where, string Body)> Spoilt(string json)
    {
        foreach (var (route, template) in Bodies)
        {
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
        from pair in Bodies
        from path in Leaves(pair.Body, "")
        where At(pair.Body, path) is JsonValue value && value.GetValueKind() == JsonValueKind.String
        select (pair.Route, path, pair.Body.DeepClone().AsObject());

    /// <summary>Whether there is a body that the route would take.</summary>
    public bool HasBody(RouteRule route) => _bodies.ContainsKey($"{route.Method} {route.Pattern}");

    public byte[] GoodBody(RouteRule route) =>
        _bodies.TryGetValue($"{route.Method} {route.Pattern}", out var body) ? JsonSerializer.SerializeToUtf8Bytes(body) : "{}"u8.ToArray();

    /// <summary>How many rows there are in each table: what nothing may change.</summary>
    public Task<string> CountsAsync() => Server.Db.ReadAsync(async s =>
    {
        var counts = new List<string>();
        foreach (var table in new[] { "stores", "products", "variants", "stock", "stock_movements", "reservations", "carts", "cart_lines",
            "orders", "order_lines", "payment_transactions", "events", "users", "idempotency_keys",
            "discount_codes", "discount_uses", "loyalty_programs", "points_accounts", "points_movements", "api_keys", "webhook_endpoints",
                "dead_letters" })
        {
            counts.Add($"{table} {await s.FirstAsync($"SELECT COUNT(*) FROM {table}", r => r.Long(0))}");
        }

        return string.Join(", ", counts);
    });

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private async Task<string> MakeAsync(string path, JsonObject body, HttpClient? by = null) =>
        (await AnswerAsync(path, body, by)).GetProperty("id").GetString()!;

    private async Task<JsonElement> AnswerAsync(string path, JsonObject body, HttpClient? by = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var answer = await (by ?? Admin).SendAsync(request);
        var made = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, made);
        return JsonDocument.Parse(made).RootElement;
    }

    /// <summary>The paths of the body and of the objects in it, but of those whose members the caller names.</summary>
    internal static IEnumerable<string> Objects(JsonObject body) =>
        Leaves(body, "").Where(path => At(body, path) is JsonObject && path.Split('/')[^1] is not ("metadata" or "attributes")).Prepend("");

    internal static IEnumerable<string> Leaves(JsonNode node, string path)
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

    internal static JsonNode? At(JsonNode root, string path) =>
        path[1..].Split('/').Aggregate((JsonNode?)root, (node, name) => node is JsonArray list ? list[int.Parse(name, null)] : node![name]);

    /// <summary>As <see cref="Replace"/>; false where an earlier change has taken the path away.</summary>
    internal static bool TryReplace(JsonNode root, string path, string by)
    {
        var node = (JsonNode?)root;
        foreach (var name in path[1..].Split('/')[..^1])
        {
            node = node is JsonArray list && int.TryParse(name, out var i) && i < list.Count ? list[i] : (node as JsonObject)?[name];
        }

        if (node is not JsonObject && !(node is JsonArray entries && int.TryParse(path.Split('/')[^1], out var at) && at < entries.Count))
        {
            return false;
        }

        Replace(root, path, by);
        return true;
    }

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
