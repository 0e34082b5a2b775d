using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Orders.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Text;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Http;

/// <summary>
/// Every text of every body: what looks like SQL or script, right-to-left marks, combining characters and the like are just text, and come
/// back as they were, composed; control characters and texts without end are refused. The table of bodies is <see cref="EveryRoute"/>'s, so
/// a new route is tried, too.
/// </summary>
[Slow]
public abstract class TextMemberTests(EveryRouteHost host)
{
    /// <summary>Texts that have a form of their own: anything else is refused, or means something other than itself.</summary>
    private static readonly HashSet<string> Formed =
    [
        "storeId", "variantId", "slug", "currency", "timeZone", "email", "paymentMethod", "paymentMethods", "receivedAt", "password",
            "currentPassword", "newPassword", "refreshToken", "token",
        "code", "kind", "startsAt", "endsAt", "role", "storeIds", "scopes", "reservationId", "discountCode", "discountCodes", "provider",
            "url", "types", "status", "id", "idempotencyKey",
    ];

    /// <summary>Texts that are kept as a hash, in small letters, or not at all.</summary>
    private static readonly HashSet<string> Hashed = ["password", "newPassword", "idempotencyKey", "provider"];

    /// <summary>Bodies without a text, and why nothing is tried there.</summary>
    private static readonly Dictionary<string, string> WithoutBody = new()
    {
        ["POST /api/v1/auth/verify-email/send"] = "takes no members",
        ["POST /api/v1/dead-letters/{id}/redrive"] = "takes no members",
        ["POST /api/v1/webhook-endpoints/{id}/resume"] = "takes no members",
        ["POST /api/v1/webhook-endpoints/{id}/redeliver"] = "takes no members",
        ["POST /api/v1/webhook-endpoints/{id}/deliveries/{deliveryId}/redeliver"] = "takes no members",
        ["POST /api/v1/inventory/reservations/{id}/release"] = "takes no members",
        ["POST /api/v1/inventory/reservations/{id}/commit"] = "takes no members",
    };

    /// <summary>Routes that keep nothing of a text, or answer this one caller with a refusal whatever the text is.</summary>
    private static readonly HashSet<string> KeepsNothing = ["POST /api/v1/orders/quote", "POST /api/v1/discount-codes/{code}/quote",
        "POST /api/v1/auth/login", "POST /api/v1/auth/refresh", "POST /api/v1/auth/logout",
        "POST /api/v1/auth/forgot-password", "POST /api/v1/orders/lookup", "POST /api/v1/orders/unpaid-holds/release",
        "POST /api/v1/dead-letters/redrive", "PATCH /api/v1/auth/me"];

    private static readonly string[] JustText =
    [
        "');DROP TABLE x;", "\" OR 1=1; --", "<script>a()", "{{7*7}}${7*7}%s", "../../etc/pwd", "NULL", "a\u202Eb\u200Fc\u2066d",
            "e\u0301 \u00e9 \uFB01", "😀\u200D👩", "\\u0000 \\n", "=1+1", "đ'ặ;",
    ];

    private static readonly string[] Refused = ["a\0b", "a\ab", "a\u001b[31mb", "a\u007fb", "a\u0085b", new('x', 100_000)];

    private readonly EveryRoute _routes = host.Routes;
    private static int _count;

    [Fact]
    public void Every_body_is_known_or_has_no_text() =>
        Assert.Equal(WithoutBody.Keys.Order(), _routes.WithBody.Where(r => !_routes.HasBody(r)).Select(Name).Order());

    [Fact]
    public async Task Text_that_looks_like_something_else_comes_back_as_it_was()
    {
        await GoodsAsync();
        var tried = 0;
        foreach (var (route, where, body) in _routes.Texts())
        {
            var (name, keeps) = (where.Split('/').Last(s => !int.TryParse(s, null, out _)), !KeepsNothing.Contains(Name(route)));
            foreach (var text in JustText)
            {
                // Names and references are unique: each text is another one.
                var unique = $"{text}{Interlocked.Increment(ref _count):x}";
                var (status, answer, strings) = await SendAsync(route, where, body, unique);
                var what = $"{Name(route)} {where}={unique}: {status} {answer}";
                Assert.True(status is >= 200 and < 500, what);
                if (status < 300 && keeps && !Hashed.Contains(name))
                {
                    // Codes are of ASCII: what is typed in another width, or with something invisible in it, is the code that it looks
                    // like. What is invisible in the id of a payment is no part of it.
                    var kept = name switch
                    {
                        "code" => UnicodeText.Plain(unique),
                        "transactionId" => PaymentNames.FoldTransaction(UnicodeText.Nfc(unique)),
                        _ => UnicodeText.Nfc(unique),
                    };
                    Assert.True(strings.Contains(kept) || await IsStoredAsync(kept), $"is gone: {what}");
                }

                Assert.True(status < 300 || Formed.Contains(name) || !keeps, $"is no free text: {what}");
                tried++;
            }
        }

        Assert.True(tried > 400, $"only {tried}");
        await StillThereAsync();
    }

    [Fact]
    public async Task Control_characters_and_texts_without_end_are_refused()
    {
        await GoodsAsync();
        foreach (var (route, where, body) in _routes.Texts())
        {
            foreach (var text in Refused.Where(_ => !where.EndsWith("assword", StringComparison.Ordinal)))
            {
                var (status, answer, _) = await SendAsync(route, where, body, text);
                Assert.True(status is >= 400 and < 500, $"{Name(route)} {where}={text[..Math.Min(9, text.Length)]}: {status} {answer}");
            }

            // Line breaks are for addresses and notes; where they are taken they stay.
            var lines = $"a\r\n\tb\n{Interlocked.Increment(ref _count):x}";
            var (taken, _, strings) = await SendAsync(route, where, body, lines);
            Assert.True(taken is >= 400 and < 500 || KeepsNothing.Contains(Name(route)) || Hashed.Contains(where[1..])
                || strings.Contains(lines), $"{Name(route)} {where}: {taken}");
        }

        await StillThereAsync();
    }

    private static string Name(RouteRule route) => $"{route.Method} {route.Pattern}";

    private Task GoodsAsync()
    {
        var receipt = _routes.Rules.Single(r => r.Pattern.EndsWith("/receipts", StringComparison.Ordinal));
        return MadeAsync(_routes.Path(receipt)["/api/v1".Length..],
            new JsonObject { ["quantity"] = 1_000_000, ["reference"] = Guid.CreateVersion7().ToString() });
    }

    private async Task StillThereAsync()
    {
        Assert.NotEmpty(await _routes.CountsAsync());
        Assert.Empty(await Verification.RunAsync(_routes.Server.Db, Server.Invariants, ct: TestContext.Current.CancellationToken));
        Assert.DoesNotContain(_routes.Server.Log.Lines, l => l.StartsWith("Error", StringComparison.Ordinal));
    }

    /// <summary>The status, the answer, and every string in it and in what was made or changed by it.</summary>
    private async Task<(int Status, string Answer, HashSet<string> Strings)> SendAsync(RouteRule route, string where, JsonObject template,
        string text)
    {
        var body = template.DeepClone().AsObject();
        Freshen(body, where);
        EveryRoute.Replace(body, where, text);
        var (path, etag) = await TargetAsync(route);
        using var request = _routes.Request(route, JsonContent.Create(body));
        request.RequestUri = new Uri(path, UriKind.Relative);
        if (where == "/idempotencyKey")
        {
            // The header would count.
            request.Headers.Remove("Idempotency-Key");
        }

        request.Headers.Remove("If-Match");
        request.Headers.TryAddWithoutValidation("If-Match", etag ?? "\"1\"");
        using var response = await _routes.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var strings = new HashSet<string>(StringComparer.Ordinal);
        if (response.IsSuccessStatusCode)
        {
            Collect(answer, strings);
            foreach (var more in path.StartsWith("/api/v1/orders/", StringComparison.Ordinal)
                && route.Pattern.Contains("{id}", StringComparison.Ordinal)
                ? new[] { string.Join('/', path.Split('/')[..5]), $"{string.Join('/', path.Split('/')[..5])}/history" }
                : response.Headers.Location is { } made ? [made.ToString()] : [])
            {
                using var read = await _routes.Admin.GetAsync(new Uri(more, UriKind.Relative), TestContext.Current.CancellationToken);
                Collect(read.IsSuccessStatusCode ? await read.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
                    : "", strings);
            }
        }

        return ((int)response.StatusCode, answer, strings);
    }

    /// <summary>What must be unique is another one in every body.</summary>
    private void Freshen(JsonNode node, string where)
    {
        foreach (var (name, value) in node is JsonObject o ? o.ToList() : node is JsonArray a
            ? [.. a.Select((v, i) => KeyValuePair.Create(i.ToString(null, null), v))] : [])
        {
            if (value is JsonObject or JsonArray)
            {
                Freshen(value, where);
            }
            else if (name is "externalId" or "slug" or "sku" or "reference" or "transactionId" or "code")
            {
                node[name] = $"u{Interlocked.Increment(ref _count):x}-{name.ToLowerInvariant()}";
            }
            else if (name is "reservationId" or "status" or "id" && !where.EndsWith($"/{name}", StringComparison.Ordinal))
            {
                // A reservation is taken once, few states follow each other, and what is made for one request has another id.
                node[name] = null;
            }
            else if (name == "email" && node["password"] is not null)
            {
                node[name] = $"u{Interlocked.Increment(ref _count):x}@example.com";
            }
        }
    }

    /// <summary>
    /// Something for the request to act on, made for it alone where it can act once only; and its ETag where that is not 1.
    /// </summary>
    private async Task<(string Path, string? ETag)> TargetAsync(RouteRule route)
    {
        if (route.Pattern.StartsWith("/api/v1/orders/{id}", StringComparison.Ordinal))
        {
            var order = Body("POST /api/v1/orders");
            order["paymentMethod"] = "cash_on_delivery";
            return (await OnAsync(route, "/orders", order), null);
        }

        if (Name(route) is "PUT /api/v1/stores/{id}" or "PUT /api/v1/products/{id}")
        {
            var made = route.Pattern[..^"/{id}".Length];
            return (await OnAsync(route, made["/api/v1".Length..], Body($"POST {made}")), null);
        }

        if (Name(route) == "PUT /api/v1/discount-codes/{code}")
        {
            var code = await MadeAsync("/discount-codes", Body("POST /api/v1/discount-codes"));
            return (route.Pattern.Replace("{code}", code.GetProperty("code").GetString(), StringComparison.Ordinal), null);
        }

        if (Name(route) == "POST /api/v1/orders/from-cart")
        {
            var line = _routes.Rules.Single(r => r is { Method: "PUT", Pattern: "/api/v1/carts/{storeId}/lines/{variantId}" });
            using var put = _routes.Request(line, JsonContent.Create(new { quantity = 1 }));
            put.Headers.Remove("If-Match");
            using var filled = await _routes.Admin.SendAsync(put);
            Assert.True(filled.IsSuccessStatusCode, await filled.Content.ReadAsStringAsync());
        }

        return (_routes.Path(route), route.Method == "PUT" ? await ETagAsync(_routes.Path(route)) : null);
    }

    private async Task<string?> ETagAsync(string path)
    {
        using var read = await _routes.Admin.GetAsync(new Uri(path, UriKind.Relative));
        return read.Headers.ETag?.Tag;
    }

    private JsonObject Body(string route)
    {
        var body = JsonNode.Parse(_routes.GoodBody(_routes.Rules.Single(r => Name(r) == route)))!.AsObject();
        Freshen(body, "");
        return body;
    }

    private async Task<string> OnAsync(RouteRule route, string path, JsonObject body) =>
        route.Pattern.Replace("{id}", (await MadeAsync(path, body)).GetProperty("id").GetString(), StringComparison.Ordinal);

    private async Task<JsonElement> MadeAsync(string path, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1{path}") { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var answer = await _routes.Admin.SendAsync(request);
        var made = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, made);
        return JsonDocument.Parse(made).RootElement;
    }

    /// <summary>What no answer shows: asked of the tables.</summary>
    private async Task<bool> IsStoredAsync(string text) => await _routes.Server.Db.ReadAsync(async s =>
        await s.FirstAsync("SELECT COUNT(*) FROM payment_transactions WHERE provider = $1 OR transaction_id = $1 OR method = $1",
        r => r.Long(0), text)
        + await s.FirstAsync("SELECT COUNT(*) FROM users WHERE name = $1 OR email = $1", r => r.Long(0), text)) > 0;

    private static void Collect(string json, HashSet<string> strings)
    {
        if (json.Length == 0)
        {
            return;
        }

        var left = new Stack<JsonElement>([JsonDocument.Parse(json).RootElement]);
        while (left.TryPop(out var element))
        {
            if (element.ValueKind == JsonValueKind.String)
            {
                strings.Add(element.GetString()!);
            }

            foreach (var member in element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : default)
            {
                strings.Add(member.Name);
            }

            foreach (var child in element.ValueKind == JsonValueKind.Object ? element.EnumerateObject().Select(m => m.Value)
                : element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [])
            {
                left.Push(child);
            }
        }
    }
}

public sealed class TextMember_on_sqlite(SqliteEveryRoute host) : TextMemberTests(host), IClassFixture<SqliteEveryRoute>;

public sealed class TextMember_on_postgresql(PostgresEveryRoute host) : TextMemberTests(host), IClassFixture<PostgresEveryRoute>;
