using System.Text.RegularExpressions;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Tests.Http;

/// <summary>
/// An Idempotency-Key belongs to a route and its ids, however the path is spelled: each route that honours keys is tried.
/// </summary>
public abstract partial class KeyScopeTests(EveryRouteHost host)
{
    private readonly EveryRoute _routes = host.Routes;

    /// <summary>Other spellings of a path that reach the same route.</summary>
    private static IEnumerable<string> Spellings(string path)
    {
        yield return path;
        yield return $"{path}/";
        yield return $"{path}?";
        yield return path.ToUpperInvariant();
        yield return $"{path.Replace("api/v1", "aPi/V1", StringComparison.Ordinal)}/?";
        yield return string.Concat(path.Select(c => c == '/' ? "/" : $"%{(int)c:x2}"));
        yield return string.Concat(path.ToUpperInvariant().Select(c => c == '/' ? "/" : $"%{(int)c:X2}"));
        yield return path.Replace("/v1", "/v1/./x/..", StringComparison.Ordinal);
        yield return Uuid().Replace(path, "%20$0%09");
    }

    /// <summary>Spellings that reach nothing, or a route that has other methods.</summary>
    private static IEnumerable<string> Misspellings(string path)
    {
        for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path.Insert(slash, "/");
            yield return path.Insert(slash, "%2F");
            yield return $"{path[..slash]}%2F{path[(slash + 1)..]}";
            yield return $"{path[..slash]}%5C{path[(slash + 1)..]}";
        }

        yield return $"/{path}";
        yield return $"{path}//";
        yield return $"{path}%2F";
        yield return $"{path}0";
        if (Uuid().IsMatch(path))
        {
            yield return Uuid().Replace(path, "%7b$0%7d");
        }
        yield return path.Replace("/v1", "/%2576%2531", StringComparison.Ordinal);
    }

    [Fact]
    public void Every_route_that_honours_keys_is_known()
    {
        Assert.Equal(22, _routes.Keyed.Count());
        Assert.Equal(["/api/v1/orders", "/api/v1/orders/from-cart", "/api/v1/orders/{id}", "/api/v1/orders/{id}/cancel",
            "/api/v1/orders/{id}/confirm"],
            _routes.Keyed.Where(r => r.Access == Access.Anyone).Select(r => r.Pattern).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task However_the_path_is_spelled_the_answer_is_the_first_one_and_nothing_happens_twice()
    {
        foreach (var route in _routes.Keyed)
        {
            await EachIsReplayedAsync(route, isGuest: false);
        }
    }

    [Fact]
    public async Task So_it_is_for_guests()
    {
        foreach (var route in _routes.Keyed.Where(r => r.Access == Access.Anyone))
        {
            await EachIsReplayedAsync(route, isGuest: true);
        }
    }

    [Fact]
    public async Task A_path_that_leads_elsewhere_is_404_or_405_and_changes_nothing()
    {
        foreach (var route in _routes.Keyed)
        {
            var ready = await _routes.MakeReadyAsync(route);
            var before = await _routes.CountsAsync();
            foreach (var target in Misspellings(ready.Path))
            {
                var answer = await SendAsync(route, target, ready, Guid.CreateVersion7().ToString());
                Assert.True((answer.Status, answer.Code) is (404, "not_found") or (405, "method_not_allowed"),
                    $"{route.Method} {target}: {answer}");
            }

            Assert.Equal(before, await _routes.CountsAsync());
        }
    }

    [Fact]
    public async Task Two_keys_are_refused_whether_they_are_joined_or_not()
    {
        foreach (var route in _routes.Keyed)
        {
            var ready = await _routes.MakeReadyAsync(route);
            var before = await _routes.CountsAsync();
            foreach (var keys in new string[][] { ["a", "b"], ["a", "a"], ["", "a"], ["a, b"], ["\"a\", \"b\""], ["a,"], [","] })
            {
                var answer = await SendAsync(route, ready.Path, ready, keys);
                Assert.True((answer.Status, answer.Code) == (400, "idempotency_key_ambiguous"),
                    $"{route.Method} {route.Pattern} {string.Join(" | ", keys)}: {answer}");
            }

            Assert.Equal(before, await _routes.CountsAsync());
            Assert.InRange((await SendAsync(route, ready.Path, ready, "\"a, \\\"b\"")).Status, 200, 201);
        }
    }

    [Fact]
    public async Task Another_id_in_the_path_is_another_request()
    {
        foreach (var route in _routes.Keyed.Where(r => r.Pattern.StartsWith("/api/v1/orders/{id}", StringComparison.Ordinal)))
        {
            var key = Guid.CreateVersion7().ToString();
            for (var order = 1; order <= 2; order++)
            {
                var ready = await _routes.MakeReadyAsync(route);
                var answer = await SendAsync(route, ready.Path, ready, key);
                Assert.True(answer is { Status: 200 or 201, IsReplay: false }, $"{route.Method} {route.Pattern}: {answer}");
            }
        }
    }

    private async Task EachIsReplayedAsync(RouteRule route, bool isGuest)
    {
        var ready = await _routes.MakeReadyAsync(route, isGuest);
        var key = Guid.CreateVersion7().ToString();
        var first = await SendAsync(route, ready.Path, ready, [key], isGuest);
        Assert.True(first is { Status: 200 or 201, IsReplay: false }, $"{route.Method} {route.Pattern}: {first}");
        var counts = await _routes.CountsAsync();
        foreach (var target in Spellings(ready.Path).Append($"http://{_routes.Server.Address.Authority}{ready.Path}"))
        {
            var again = await SendAsync(route, target, ready, [key], isGuest);
            Assert.True(again.Status == first.Status && again.IsReplay && again.Body == first.Body, $"{route.Method} {target}: {again}");
        }

        var quoted = await SendAsync(route, ready.Path, ready, [$"\"{key}\""], isGuest);
        Assert.True(quoted.IsReplay && quoted.Body == first.Body, $"{route.Method} {route.Pattern}: {quoted}");
        var lower = await SendAsync(route with { Method = route.Method.ToLowerInvariant() }, ready.Path, ready, [key], isGuest);
        Assert.True(lower.IsReplay || lower.Status is 404 or 405, $"{route.Method} in lower case, {route.Pattern}: {lower}");
        Assert.Equal(counts, await _routes.CountsAsync());
    }

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    private Task<RawRequest.Answer> SendAsync(RouteRule route, string target, (string Path, byte[] Body, string? AccessKey) ready,
        params string[] keys) =>
        SendAsync(route, target, ready, keys, isGuest: false);

    private Task<RawRequest.Answer> SendAsync(RouteRule route, string target, (string Path, byte[] Body, string? AccessKey) ready,
        string[] keys, bool isGuest)
    {
        var headers = keys.Select(k => ("Idempotency-Key", k)).Append(("X-Cart-Token", EveryRoute.CartToken));
        headers = isGuest ? ready.AccessKey is { } access ? headers.Append(("X-Access-Key", access)) : headers
            : headers.Append(("Authorization", $"{_routes.Admin.DefaultRequestHeaders.Authorization}"));
        return RawRequest.SendAsync(_routes.Server.Address, route.Method, target, ready.Body, [.. headers]);
    }
}

public sealed class KeyScope_on_sqlite(SqliteEveryRoute host) : KeyScopeTests(host), IClassFixture<SqliteEveryRoute>;

public sealed class KeyScope_on_postgresql(PostgresEveryRoute host) : KeyScopeTests(host), IClassFixture<PostgresEveryRoute>;
