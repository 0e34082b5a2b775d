using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Tidy;

namespace Holdfast.Tests.Http;

/// <summary>
/// The bodies of <see cref="EveryRoute"/> have every member that their routes know, so that what is tried of every member is tried of new
/// ones, too. Which ones a route knows it says itself: it is sent every word of the source that could be the name of a member, and names
/// those that it does not know.
/// </summary>
public sealed partial class MembersTests(SqliteEveryRoute host) : IClassFixture<SqliteEveryRoute>
{
    /// <summary>Members that no body can have beside the others, and why.</summary>
    private static readonly Dictionary<string, string> Else = new()
    {
        ["POST /api/v1/inventory/{variantId}/adjustments counted"] = "excludes delta",
        ["POST /api/v1/discount-codes storeId"] = "excludes currency, which is a text",
        ["POST /api/v1/orders/{id}/confirm code"] = "excludes token",
    };

    private readonly EveryRoute _routes = host.Routes;

    [Fact]
    public async Task Every_member_that_a_route_knows_is_in_its_body()
    {
        string[] words = [.. Repository.Product.SelectMany(f => Word().Matches(f.Text)).Select(m => m.Groups[1].Value).Distinct()];
        Assert.Contains("deliveryAddress", words);
        var missing = new List<string>();
        foreach (var route in _routes.WithBody)
        {
            var template = JsonNode.Parse(_routes.GoodBody(route))!.AsObject();
            foreach (var path in EveryRoute.Objects(template))
            {
                var target = path.Length == 0 ? template : EveryRoute.At(template, path)!.AsObject();
                var there = target.Select(m => m.Key).ToHashSet();
                // An answer names twenty members that are not known.
                foreach (var some in words.Where(w => !there.Contains(w)).Chunk(20))
                {
                    var unknown = await UnknownAsync(route, template, path, some);
                    missing.AddRange(some.Where(w => !unknown.Contains(w))
                        .Select(w => $"{route.Method} {route.Pattern} {path}{(path.Length == 0 ? "" : "/")}{w}"));
                }
            }
        }

        Assert.True(missing.SequenceEqual(Else.Keys), string.Join('\n', missing));
    }

    /// <summary>Which of the words the route does not know as members of the object at the path.</summary>
    private async Task<HashSet<string>> UnknownAsync(RouteRule route, JsonObject template, string path, string[] words)
    {
        var body = template.DeepClone().AsObject();
        var target = path.Length == 0 ? body : EveryRoute.At(body, path)!.AsObject();
        foreach (var word in words)
        {
            // Null counts as absent, so a word that is known changes nothing.
            target[word] = null;
        }

        using var request = _routes.Request(route, JsonContent.Create(body));
        using var answer = await _routes.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.True(problem.TryGetProperty("code", out var code) && code.GetString() == "unknown_field",
            $"{route.Method} {route.Pattern} {path}: {problem}");
        return [.. problem.GetProperty("errors").EnumerateObject().Select(e => e.Name.Split('.')[^1])];
    }

    [GeneratedRegex("\"([a-z][A-Za-z]{0,40})\"")]
    private static partial Regex Word();
}
