using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Holdfast.Tests.Http;

/// <summary>
/// What is wrong beside the body: headers, cursors, limits and paths get a 4xx problem document with a stable code, or are passed over.
/// </summary>
public abstract class HeaderInputTests(EveryRouteHost host)
{
    private static readonly string ThreeHundred = new('k', 300);

    private readonly EveryRoute _routes = host.Routes;

    public static TheoryData<string> BadTokens =>
    [
        "x", ".", "..", "...", "a.b.c", "hk_", "hk_\u00ff", "\u00ff\u00fe", "ey\u00ff.ey.x", new string('e', 7000),
            $"{new string('.', 3000)}",
        Jwt("""{"alg":"ES256","kid":"\ud800"}""", "{}"),
        Jwt("""{"alg":"\udc00","kid":"x"}""", "{}"),
        Jwt("""{"alg":"ES256","kid":"x","\ud800":1}""", "{}"),
        Jwt("""{"alg":"ES256","kid":"x"}""", """{"iss":"\ud800"}"""),
        Jwt("""{"alg":"ES256","kid":"x"}""", """{"iss":"holdfast","aud":["\ud800"],"sub":{}}"""),
        Jwt("""{"alg":1,"kid":[]}""", """{"iss":null}"""),
        Jwt("[]", "[]"),
        Parts([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}'], [0xff, 0xfe], [0xc7]),
        Parts([.. "{\"alg\":\"ES256\",\"kid\":\"k"u8], new byte[900], new byte[64]),
    ];

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task A_token_of_any_kind_that_is_none_is_401(string token)
    {
        // Only bytes that HTTP lets through get as far as the reader; the others are no HTTP.
        using var raw = new HttpClient(
            new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1 })
        { BaseAddress = _routes.Server.Address };
        var isAscii = token.All(char.IsAscii);
        foreach (var path in new[] { "/api/v1/stores", "/api/v1/orders" })
        {
            await ExpectAsync(raw, HttpMethod.Get, path, isAscii ? HttpStatusCode.Unauthorized : HttpStatusCode.BadRequest, isAscii
                ? "unauthenticated" : "malformed_request", ("Authorization", $"Bearer {token}"));
        }
    }

    [Theory]
    [InlineData("W/\"77\"")]
    [InlineData("\"")]
    [InlineData("\"-1\"")]
    [InlineData("\"1.0\"")]
    [InlineData("\"99999999999999999999\"")]
    [InlineData("\"9\", \"10\"")]
    [InlineData("one")]
    [InlineData("\" 1\"")]
    public async Task A_tag_that_was_never_given_matches_nothing(string tag)
    {
        foreach (var route in _routes.WithBody.Where(r => r is { Method: "PUT", Pattern: not "/api/v1/inventory/{variantId}" }))
        {
            using var request = _routes.Request(route, new ByteArrayContent(_routes.GoodBody(route)));
            request.Headers.Remove("If-Match");
            Assert.True(request.Headers.TryAddWithoutValidation("If-Match", tag));
            await ExpectAsync(_routes.Admin, request, HttpStatusCode.PreconditionFailed, "precondition_failed");
        }
    }

    [Fact]
    public async Task Keys_that_are_none_are_refused_where_one_is_needed()
    {
        var needed = _routes.WithBody.Where(r => r.Pattern is "/api/v1/orders" or "/api/v1/orders/from-cart"
            or "/api/v1/inventory/reservations" or "/api/v1/orders/{id}/payments").ToList();
        Assert.Equal(4, needed.Count);
        foreach (var route in needed)
        {
            foreach (var (key, code) in new[] { (null, "idempotency_key_required"), ("", "idempotency_key_required"),
                ("  ", "idempotency_key_required"), ("\"\"", "idempotency_key_required"),
                (ThreeHundred, "invalid_request"), ("a\u0001b", "invalid_request"), ("a\u001b[31mb", "invalid_request"),
                    ("a\u007fb", "invalid_request") })
            {
                var body = System.Text.Json.Nodes.JsonNode.Parse(_routes.GoodBody(route))!.AsObject();
                body.Remove("idempotencyKey");
                using var request = _routes.Request(route, JsonContent.Create(body));
                request.Headers.Remove("Idempotency-Key");
                Assert.True(key is null || request.Headers.TryAddWithoutValidation("Idempotency-Key", key));
                await ExpectAsync(_routes.Admin, request, HttpStatusCode.BadRequest, code);
            }
        }
    }

    [Fact]
    public async Task Limits_and_cursors_that_are_none_are_refused_by_every_list()
    {
        var lists = 0;
        foreach (var route in _routes.Rules.Where(r => r.Method == "GET"))
        {
            using var first = await _routes.Admin.GetAsync(new Uri(_routes.Path(route), UriKind.Relative),
                TestContext.Current.CancellationToken);
            var answer = await first.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("nextCursor", out _))
            {
                continue;
            }

            lists++;
            foreach (var query in new[] { "limit=0", "limit=101", "limit=1e9", "limit=-1", "limit=99999999999", "limit=x", "limit=%00",
                "cursor=x", "cursor=%00", "cursor=%C3%28", "cursor=!!", "cursor=AAAA",
                $"cursor={Cursor("a\0b")}", $"cursor={Cursor("\n\n\n\n\n")}", $"cursor={Cursor("1e309\n1e309")}",
                    $"cursor={Cursor("9999-99-99T99:99:99Z\nx")}", $"cursor={new string('A', 4000)}" })
            {
                await ExpectAsync(_routes.Admin, HttpMethod.Get, $"{_routes.Path(route)}?{query}", HttpStatusCode.BadRequest,
                    query.StartsWith("cursor", StringComparison.Ordinal) ? "invalid_cursor" : "invalid_request");
            }
        }

        Assert.True(lists >= 10, $"only {lists} lists");
    }

    [Theory]
    [InlineData("X-Cart-Token")]
    [InlineData("X-Access-Key")]
    [InlineData("If-None-Match")]
    [InlineData("Accept-Language")]
    public async Task Headers_that_say_nothing_are_passed_over(string name)
    {
        foreach (var value in new[] { "", "*", "\"", "W/", "W/\"1\"", ",,,", ";q=", "vi;q=abc, en;q=-1", "xx-XX-@@@;;;", "\u0001",
            "a\u007f", ThreeHundred, new string(',', 4000), "../..", "' OR 1=1 --", $"{new string('A', 43)}", $"{new string('=', 43)}" })
        {
            foreach (var route in _routes.Rules.Where(r => r.Method == "GET"))
            {
                using var request = _routes.Request(route);
                request.Headers.Remove(name);
                Assert.True(request.Headers.TryAddWithoutValidation(name, value));
                using var answer = await _routes.Server.Guest.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotModified or HttpStatusCode.Unauthorized
                    or HttpStatusCode.NotFound, $"{route.Pattern} {name}: {value}: {answer.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task A_path_with_a_NUL_is_malformed_and_one_with_other_bytes_leads_nowhere()
    {
        foreach (var route in _routes.Rules.Where(r => r.Pattern.Contains('{', StringComparison.Ordinal)))
        {
            foreach (var (value, status, code) in new[] { ("%00", HttpStatusCode.BadRequest, "malformed_request"),
                ("a%00b", HttpStatusCode.BadRequest, "malformed_request"), ("%ff", HttpStatusCode.NotFound, null),
                    ("%c3%28", HttpStatusCode.NotFound, null),
                ("%ed%a0%80", HttpStatusCode.NotFound, null), ("%0d%0a", HttpStatusCode.NotFound, null),
                    ("'%20OR%201=1", HttpStatusCode.NotFound, null) })
            {
                var path = System.Text.RegularExpressions.Regex.Replace(route.Pattern, @"\{[^}]+\}", value);
                var body = route.Method is "POST" or "PUT" ? new ByteArrayContent(_routes.GoodBody(route)) : null;
                using var request = new HttpRequestMessage(new HttpMethod(route.Method), path) { Content = body };
                request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
                request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
                using var answer = await _routes.Admin.SendAsync(request, TestContext.Current.CancellationToken);
                var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                Assert.True((int)answer.StatusCode is >= 400 and < 500 && text.Contains("\"code\":", StringComparison.Ordinal)
                    && (code is null || (answer.StatusCode == status && text.Contains(code, StringComparison.Ordinal))),
                    $"{route.Method} {path}: {answer.StatusCode} {text}");
            }
        }
    }

    private static string Jwt(string header, string payload) =>
        Parts(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(payload), new byte[64]);

    private static string Parts(params byte[][] parts) => string.Join('.', parts.Select(p => Base64Url.EncodeToString(p)));

    private static string Cursor(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static async Task ExpectAsync(HttpClient client, HttpMethod method, string path, HttpStatusCode status, string code,
        (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(method, path);
        Assert.True(header is not { } h || request.Headers.TryAddWithoutValidation(h.Name, h.Value));
        await ExpectAsync(client, request, status, code);
    }

    private static async Task ExpectAsync(HttpClient client, HttpRequestMessage request, HttpStatusCode status, string code)
    {
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == status && text.Contains($"\"code\":\"{code}\"", StringComparison.Ordinal),
            $"{request.Method} {request.RequestUri} {request.Headers}: {answer.StatusCode} {text}");
    }
}

public sealed class HeaderInput_on_sqlite(SqliteEveryRoute host) : HeaderInputTests(host), IClassFixture<SqliteEveryRoute>;

public sealed class HeaderInput_on_postgresql(PostgresEveryRoute host) : HeaderInputTests(host), IClassFixture<PostgresEveryRoute>;
