using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Tests.Http;

/// <summary>
/// Forms send what nobody has filled in as an empty text. Of every body, each member that is a text may be left out exactly where it may be
/// blank; where it is needed, both are refused by its name.
/// </summary>
public abstract class BlankMemberTests(EveryRouteHost host)
{
    /// <summary>Entries of lists and members that the caller names: to leave one out means something else.</summary>
    private static readonly string[] Named = ["metadata", "attributes"];

    private readonly EveryRoute _routes = host.Routes;

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    public async Task A_blank_text_is_refused_exactly_where_an_absent_one_is(string blank)
    {
        var (wrong, tried, taken) = (new List<string>(), 0, 0);
        foreach (var (route, where, body) in _routes.Texts())
        {
            var names = where[1..].Split('/');
            // Blanks can be a password, if a bad one.
            if (int.TryParse(names[^1], CultureInfo.InvariantCulture, out _) || names.Any(Named.Contains)
                || (blank.Length > 0 && names[^1].EndsWith("assword", StringComparison.Ordinal)))
            {
                continue;
            }

            var isAbsentRefused = await IsRefusedAsync(route, where, Without(body, where));
            var isBlankRefused = await IsRefusedAsync(route, where, With(body, where, blank));
            tried++;
            taken += isBlankRefused ? 0 : 1;
            if (isAbsentRefused != isBlankRefused)
            {
                wrong.Add($"{route.Method} {route.Pattern} {where}: absent {(isAbsentRefused ? "refused" : "taken")}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(tried > 80 && taken > 40, $"{tried} tried, {taken} taken");
    }

    [Fact]
    public async Task What_is_blank_means_what_absent_means()
    {
        var order = Good("POST /api/v1/orders");
        foreach (var name in new[] { "paymentMethod", "reservationId", "externalId", "discountCode", "note", "idempotencyKey" })
        {
            order[name] = "";
        }

        order.Remove("expectedTotal");
        order.Remove("discountCodes");
        var placed = await PostAsync("/api/v1/orders", order);
        Assert.Equal("online", placed.GetProperty("paymentMethod").GetString());
        var edited = await PutAsync($"/api/v1/orders/{placed.GetProperty("id").GetString()}", new JsonObject { ["status"] = "" });
        Assert.Equal(placed.GetProperty("status").GetString(), edited.GetProperty("status").GetString());

        var code = Good("POST /api/v1/discount-codes");
        (code["code"], code["startsAt"], code["endsAt"]) = ($"b{Guid.CreateVersion7():N}", "", "  ");
        var made = await PostAsync("/api/v1/discount-codes", code);
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null),
            (made.GetProperty("startsAt").ValueKind, made.GetProperty("endsAt").ValueKind));
    }

    private JsonObject Good(string route) =>
        JsonNode.Parse(_routes.GoodBody(_routes.Rules.Single(r => $"{r.Method} {r.Pattern}" == route)))!.AsObject();

    private Task<JsonElement> PostAsync(string path, JsonObject body) => SendAsync(HttpMethod.Post, path, body);

    private Task<JsonElement> PutAsync(string path, JsonObject body) => SendAsync(HttpMethod.Put, path, body);

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, JsonObject body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        using var answer = await _routes.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Whether the answer says that the member is wrong.</summary>
    private async Task<bool> IsRefusedAsync(RouteRule route, string where, JsonObject body)
    {
        using var request = _routes.Request(route, JsonContent.Create(body));
        using var answer = await _routes.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)answer.StatusCode < 500, $"{route.Method} {route.Pattern} {where}: {text}");
        var name = where[1..].Split('/').Aggregate("", (path, part) =>
            int.TryParse(part, CultureInfo.InvariantCulture, out _) ? $"{path}[{part}]" : path.Length == 0 ? part : $"{path}.{part}");
        return answer.StatusCode == HttpStatusCode.BadRequest && text.Length > 0
            && JsonDocument.Parse(text).RootElement.TryGetProperty("errors", out var errors) && errors.TryGetProperty(name, out _);
    }

    private static JsonObject With(JsonObject body, string where, string text)
    {
        var copy = body.DeepClone().AsObject();
        EveryRoute.Replace(copy, where, text);
        return copy;
    }

    private static JsonObject Without(JsonObject body, string where)
    {
        var copy = body.DeepClone().AsObject();
        var names = where.Split('/');
        var parent = names.Length == 2 ? copy : EveryRoute.At(copy, string.Join('/', names[..^1]))!.AsObject();
        parent.Remove(names[^1]);
        return copy;
    }
}

public sealed class BlankMember_on_sqlite(SqliteEveryRoute host) : BlankMemberTests(host), IClassFixture<SqliteEveryRoute>;

public sealed class BlankMember_on_postgresql(PostgresEveryRoute host) : BlankMemberTests(host), IClassFixture<PostgresEveryRoute>;
