using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Catalog;

namespace Holdfast.Tests.Http;

/// <summary>What stands in a query is understood or refused, on every route; and a cursor goes on only where it came from.</summary>
public abstract class QueryParameterTests(EveryRouteHost host)
{
    private readonly EveryRoute _routes = host.Routes;

    private static bool IsProbe(RouteRule route) => route.Pattern.StartsWith("/health", StringComparison.Ordinal);

    [Theory]
    [InlineData("stauts=shipped", "stauts")]
    [InlineData("Storeid2=x", "Storeid2")]
    [InlineData("=x", "")]
    [InlineData("%E2%80%8Bsort=name", "\u200bsort")]
    [InlineData("page", "page")]
    public async Task An_unknown_parameter_is_named_on_every_route(string query, string name)
    {
        var before = await _routes.CountsAsync();
        foreach (var route in _routes.Rules.Where(r => !IsProbe(r)))
        {
            var problem = await RefusedAsync(route, query, "unknown_parameter");
            Assert.Equal(name, problem.GetProperty("parameter").GetString());
            Assert.Equal(route.Query, problem.GetProperty("known").EnumerateArray().Select(k => k.GetString()!));
        }

        Assert.Equal(before, await _routes.CountsAsync());
    }

    [Fact]
    public async Task A_parameter_that_is_there_twice_is_named_on_every_route_that_knows_it()
    {
        var tried = 0;
        foreach (var route in _routes.Rules)
        {
            foreach (var name in route.Query)
            {
                foreach (var query in new[] { $"{name}=1&{name}=2", $"{name}=1&{name.ToUpperInvariant()}=1" })
                {
                    var problem = await RefusedAsync(route, query, "duplicate_parameter");
                    Assert.Equal(name, problem.GetProperty("parameter").GetString(), ignoreCase: true);
                    tried++;
                }
            }
        }

        Assert.True(tried > 60, $"only {tried}");
    }

    [Theory]
    [InlineData("/orders?stauts=shipped", "status")]
    [InlineData("/orders?payment_status=paid", "paymentStatus")]
    [InlineData("/products?catgory=x", "category")]
    [InlineData("/products?storeid2=x", "storeId")]
    [InlineData("/products?colour=red", null)]
    [InlineData("/orders/statistics?form=2026-01-01", "from")]
    public async Task The_nearest_one_is_suggested(string path, string? nearest)
    {
        var answer = await _routes.Admin.Get(path);
        answer.Is(400, "unknown_parameter");
        Assert.Equal(nearest, (string?)answer["nearest"]);
    }

    [Fact]
    public async Task A_probe_is_answered_whatever_is_in_its_query()
    {
        foreach (var route in _routes.Rules.Where(IsProbe))
        {
            using var answer = await _routes.Server.Guest.GetAsync(new Uri($"{route.Pattern}?x=1&x=2", UriKind.Relative),
                TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Every_route_says_what_it_answers_to_and_what_can_be_read_answers_to_HEAD()
    {
        foreach (var route in _routes.Rules)
        {
            using var options = new HttpRequestMessage(HttpMethod.Options, _routes.Path(route));
            using var allowed = await _routes.Server.Guest.SendAsync(options, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
            var methods = allowed.Content.Headers.Allow;
            Assert.Contains(route.Method, methods);
            Assert.Contains("OPTIONS", methods);
            Assert.Equal(methods.Contains("GET"), methods.Contains("HEAD"));
        }

        foreach (var route in _routes.Rules.Where(r => r.Method == "GET"))
        {
            using var get = _routes.Request(route);
            using var whole = await _routes.Admin.SendAsync(get, TestContext.Current.CancellationToken);
            using var request = _routes.Request(route);
            request.Method = HttpMethod.Head;
            using var head = await _routes.Admin.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True(whole.StatusCode == head.StatusCode, $"{route.Pattern}: {head.StatusCode}");
            Assert.Equal((whole.Headers.ETag?.Tag, whole.Content.Headers.ContentType?.MediaType),
                (head.Headers.ETag?.Tag, head.Content.Headers.ContentType?.MediaType));
            Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }

        using var nowhere = new HttpRequestMessage(HttpMethod.Options, "/api/v1/nothing");
        Assert.Equal(HttpStatusCode.NotFound,
            (await _routes.Server.Guest.SendAsync(nowhere, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_cursor_goes_on_in_its_own_list_and_sort_alone()
    {
        var (store, other) = (await _routes.Admin.NewStoreAsync(), await _routes.Admin.NewStoreAsync());
        foreach (var name in new[] { "a", "b", "c" })
        {
            await _routes.Admin.NewProductAsync(store, name);
        }

        var products = $"/products?storeId={store}&limit=1";
        var cursor = await CursorAsync($"{products}&sort=name");
        Assert.Equal("b", (string?)(await _routes.Admin.Get($"{products}&sort=name&cursor={cursor}")).Items[0]!["name"]);
        foreach (var path in new[]
        {
            $"{products}&sort=-name&cursor={cursor}", $"{products}&sort=createdAt&cursor={cursor}", $"{products}&cursor={cursor}",
                $"/stores?cursor={cursor}",
            $"/orders?cursor={cursor}", $"/inventory?storeId={other}&cursor={cursor}", $"/customers?cursor={cursor}",
                $"/api-keys?cursor={cursor}", $"/audit-log?cursor={cursor}",
            $"/customers?cursor={await CursorAsync("/stores?limit=1")}", $"/api-keys?cursor={await CursorAsync("/audit-log?limit=1")}",
        })
        {
            (await _routes.Admin.Get(path)).Is(400, "invalid_cursor");
        }

        // Without a sort the list has the one that it names as its own.
        var newest = await CursorAsync(products);
        Assert.Equal("b", (string?)(await _routes.Admin.Get($"{products}&sort=-createdAt&cursor={newest}")).Items[0]!["name"]);
    }

    private async Task<string> CursorAsync(string path) => (string?)(await _routes.Admin.Get(path))["nextCursor"]
        ?? throw new InvalidOperationException($"{path} has one page");

    private async Task<JsonElement> RefusedAsync(RouteRule route, string query, string code)
    {
        using var request = _routes.Request(route, route.Method is "POST" or "PUT" ? new ByteArrayContent(_routes.GoodBody(route)) : null);
        request.RequestUri = new Uri($"{_routes.Path(route)}?{query}", UriKind.Relative);
        using var answer = await (route.Access == Access.SignedIn ? _routes.Owner
            : _routes.Admin).SendAsync(request, TestContext.Current.CancellationToken);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest && problem.GetProperty("code").GetString() == code,
            $"{route} ?{query}: {answer.StatusCode} {problem}");
        return problem;
    }
}

public sealed class QueryParameter_on_sqlite(SqliteEveryRoute host) : QueryParameterTests(host), IClassFixture<SqliteEveryRoute>;

public sealed class QueryParameter_on_postgresql(PostgresEveryRoute host) : QueryParameterTests(host), IClassFixture<PostgresEveryRoute>;
