using System.Net;
using System.Text;
using System.Text.Json;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Http;

/// <summary>Any byte sequence gets a 4xx problem document with a stable code, and nothing changes.</summary>
[Slow]
public abstract class BadInputTests(EveryRouteHost host)
{
    private const int Megabyte = 1024 * 1024;
    private const string NotUtf8 = "invalid UTF-8";

    private readonly EveryRoute _routes = host.Routes;

    [Fact]
    public async Task Bodies_that_are_no_JSON_object_are_refused_on_every_route()
    {
        var before = await _routes.CountsAsync();
        var bodies = new Dictionary<string, byte[]>
        {
            ["list"] = "[]"u8.ToArray(),
            ["number"] = "1"u8.ToArray(),
            ["text"] = "\"x\""u8.ToArray(),
            ["null"] = "null"u8.ToArray(),
            ["cut off"] = "{\"a\":"u8.ToArray(),
            ["two"] = "{}{}"u8.ToArray(),
            ["trailing comma"] = "{\"a\":1,}"u8.ToArray(),
            ["comment"] = "{/* a */}"u8.ToArray(),
            ["blank"] = " "u8.ToArray(),
            ["NUL"] = [0],
            [NotUtf8] = [.. "{\"name\":\""u8, 0xc3, 0x28, .. "\"}"u8],
            [NotUtf8 + ", overlong"] = [.. "{\"name\":\""u8, 0xc0, 0xaf, .. "\"}"u8],
            [NotUtf8 + ", a surrogate"] = [.. "{\"name\":\""u8, 0xed, 0xa0, 0x80, .. "\"}"u8],
            ["UTF-16"] = Encoding.Unicode.GetBytes("{}"),
            ["1e309"] = "{\"a\":1e309]"u8.ToArray(),
            ["duplicate member"] = "{\"note\":\"a\",\"note\":\"b\"}"u8.ToArray(),
            ["duplicate member, escaped"] = "{\"note\":\"a\",\"\\u006eote\":\"b\"}"u8.ToArray(),
            ["10,000 deep"] = Encoding.ASCII.GetBytes("{\"a\":" + new string('[', 10_000) + new string(']', 10_000) + "}"),
            ["10,000 objects deep"] = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1"
                + new string('}', 10_000)),
        };
        foreach (var route in _routes.WithBody)
        {
            foreach (var (what, body) in bodies)
            {
                // The field may be the one to find it, or a member that is not known here.
                using var request = _routes.Request(route, new ByteArrayContent(body));
                var code = what.StartsWith(NotUtf8, StringComparison.Ordinal) ? null : what == "UTF-16" ? "not_utf8"
                    : what.StartsWith("duplicate", StringComparison.Ordinal) ? "duplicate_member" : "invalid_json";
                await ExpectAsync(request, HttpStatusCode.BadRequest, code, $"{route}: {what}");
            }
        }

        Assert.Equal(before, await _routes.CountsAsync());
    }

    [Fact]
    public async Task Bodies_over_a_mebibyte_are_too_large_with_or_without_a_length()
    {
        var before = await _routes.CountsAsync();
        var large = Encoding.ASCII.GetBytes("{\"note\":\"" + new string('x', Megabyte) + "\"}");
        foreach (var route in _routes.WithBody)
        {
            foreach (var chunked in new[] { false, true })
            {
                using var request = _routes.Request(route, new ByteArrayContent(large));
                request.Headers.TransferEncodingChunked = chunked;
                await ExpectAsync(request, HttpStatusCode.RequestEntityTooLarge, "body_too_large", $"{route} chunked {chunked}");
            }
        }

        Assert.Equal(before, await _routes.CountsAsync());
    }

    [Fact]
    public async Task A_member_that_nobody_knows_is_named_on_every_route()
    {
        var before = await _routes.CountsAsync();
        foreach (var route in _routes.WithBody)
        {
            using var good = JsonDocument.Parse(_routes.GoodBody(route));
            var members = string.Join(',', good.RootElement.EnumerateObject()
                .Select(m => $"{JsonSerializer.Serialize(m.Name)}:{m.Value.GetRawText()}").Append("\"surprise\":1"));
            using var request = _routes.Request(route, new StringContent($"{{{members}}}"));
            var problem = await ExpectAsync(request, HttpStatusCode.BadRequest, "unknown_field", route.ToString());
            Assert.Equal("surprise", Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
        }

        Assert.Equal(before, await _routes.CountsAsync());
    }

    [Theory]
    [InlineData("\"a\\u0000b\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\udc00\\ud800\"")]
    [InlineData("\"\\u001b[2J\"")]
    [InlineData("1e309")]
    [InlineData("-1e309")]
    [InlineData("1.5")]
    [InlineData("2147483648.5")]
    [InlineData("99999999999999999999999999")]
    [InlineData("[[[[]]]]")]
    [InlineData("[null]")]
    [InlineData("{\"surprise\":{}}")]
    public async Task No_value_of_a_kind_that_fits_nowhere_is_taken(string json)
    {
        foreach (var (route, where, body) in _routes.Spoilt(json))
        {
            using var request = _routes.Request(route, new StringContent(body));
            using var answer = await _routes.Admin.SendAsync(request, TestContext.Current.CancellationToken);
            await CheckAsync(answer, $"{route} {where}={json}");
            // A tax rate may have decimals.
            Assert.True((int)answer.StatusCode >= 400 || (json == "1.5" && where.EndsWith("/rate", StringComparison.Ordinal)),
                $"{route} {where}={json} was taken: {answer.StatusCode}");
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("2147483648")]
    [InlineData("9223372036854775807")]
    [InlineData("\"\"")]
    [InlineData("\"  \"")]
    [InlineData("\"'; DROP TABLE orders; --\"")]
    [InlineData("\"\\u202e\\u2028\\ufeff\"")]
    [InlineData("\"😀\"")]
    [InlineData("\"0001-01-01T00:00:00Z\"")]
    [InlineData("\"9999-12-31T23:59:59.9999999Z\"")]
    [InlineData("\"00000000-0000-0000-0000-000000000000\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    public async Task No_value_anywhere_makes_the_server_fail(string json)
    {
        foreach (var (route, where, body) in _routes.Spoilt(json)
            .Concat(json == "\"\"" ? _routes.Spoilt($"\"{new string('x', 200_000)}\"") : []))
        {
            using var request = _routes.Request(route, new StringContent(body));
            using var answer = await _routes.Admin.SendAsync(request, TestContext.Current.CancellationToken);
            await CheckAsync(answer, $"{route} {where}={json}");
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("2147483648")]
    [InlineData("1.5")]
    [InlineData("1e309")]
    [InlineData("\"1\"")]
    public async Task Such_quantities_are_400(string quantity)
    {
        var before = await _routes.CountsAsync();
        var spoilt = _routes.Spoilt(quantity).Where(s => s.Where.EndsWith("/quantity", StringComparison.Ordinal)).ToList();
        Assert.True(spoilt.Count >= 5);
        foreach (var (route, where, body) in spoilt)
        {
            using var request = _routes.Request(route, new StringContent(body));
            await ExpectAsync(request, HttpStatusCode.BadRequest, "invalid_request", $"{route} {where}");
        }

        Assert.Equal(before, await _routes.CountsAsync());
    }

    [Fact]
    public async Task Queries_paths_and_headers_of_any_kind_do_not_make_the_server_fail()
    {
        string[] evil = ["%00", "%ff%fe", "%ed%a0%80", "%0d%0aX:%20y", "-1", "0", "1e309", "99999999999999999999", "NaN", "'%20OR%201=1--",
            "%25", "..%2f..", "a%00b", new string('a', 3000),
            "%22", "\"*\"", "*", "AND", "%F0%9F%98%80", "0001-01-01", "9999-12-31T23:59:59Z", "10000-01-01", "2026-02-30", "-", "_", "~",
                "A", "null", "true", "{}", "[]", "00000000-0000-0000-0000-000000000000"];
        string[] names = ["limit", "cursor", "storeId", "q", "category", "sort", "status", "paymentStatus", "from", "to", "below", "hard",
            "version", "id"];
        foreach (var route in _routes.Rules.Where(r => r.Method is "GET" or "DELETE"))
        {
            foreach (var value in evil)
            {
                foreach (var name in names)
                {
                    // Which is valid, and would erase the order that the other tests aim at, once one of them has cancelled it.
                    if ((route.Method, name, value) == ("DELETE", "hard", "true"))
                    {
                        continue;
                    }

                    await AnyAsync(new HttpMethod(route.Method), $"{_routes.Path(route)}?{name}={value}", route.Method == "DELETE"
                        ? ("If-Match", "\"9\"") : null);
                }
            }
        }

        foreach (var route in _routes.Rules)
        {
            foreach (var value in evil.Where(v => v is not ("%00" or "a%00b")))
            {
                await AnyAsync(new HttpMethod(route.Method),
                    System.Text.RegularExpressions.Regex.Replace(route.Pattern, @"\{[^}]+\}", value), null);
            }

            foreach (var name in new[] { "Idempotency-Key", "If-Match", "Accept-Language", "X-Access-Key", "traceparent", "Accept",
                "Content-Type", "Expect", "Cookie", "X-Forwarded-For", "Authorization" })
            {
                foreach (var value in new[] { "", " ", "\"", "\"\"", "*", "W/\"1\"", "\"99999999999999999999\"", "đ", "\u0001",
                    new string('x', 300), new string('x', 8000), "a,b;q=2;;;", "00-0-0-0" })
                {
                    // Which say that any version, or the first one, may be deleted: that would take away what the other tests aim at.
                    if ((route.Method, name) == ("DELETE", "If-Match") && value is "*" or "W/\"1\"")
                    {
                        continue;
                    }

                    await AnyAsync(new HttpMethod(route.Method), _routes.Path(route), (name, value));
                }
            }
        }
    }

    [Fact]
    public async Task Random_bytes_do_not_make_the_server_fail()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var before = await _routes.CountsAsync();
        for (var i = 0; i < 10_000; i++)
        {
            var route = _routes.Rules[random.Next(_routes.Rules.Count)];
            using var request = _routes.Request(route, route.Method is "POST" or "PUT"
                ? new ByteArrayContent(Noise.Of(random, _routes.GoodBody(route))) : null);
            if (route.Method == "DELETE")
            {
                request.Headers.TryAddWithoutValidation("If-Match", "\"77\"");
            }

            using var answer = await _routes.Admin.SendAsync(request, TestContext.Current.CancellationToken);
            await CheckAsync(answer, $"seed {seed}, round {i}: {route}");
        }

        // What a spoilt body still says may be taken; but what was refused left nothing, and what is there still adds up.
        Assert.NotNull(before);
        Assert.Empty(await Holdfast.Platform.Data.Verification.RunAsync(_routes.Server.Db, Holdfast.Server.Invariants,
            ct: TestContext.Current.CancellationToken));
        // The dead letter that is there may have been redriven, and is none the better for it.
        Assert.DoesNotContain(_routes.Server.Log.Lines, l => l.StartsWith("Error", StringComparison.Ordinal)
            && !l.Contains("order_inbox", StringComparison.Ordinal));
    }

    private async Task AnyAsync(HttpMethod method, string path, (string Name, string Value)? header)
    {
        using var request = new HttpRequestMessage(method, path);
        if (header is { } h && !request.Headers.TryAddWithoutValidation(h.Name, h.Value))
        {
            request.Content = new ByteArrayContent("{}"u8.ToArray());
            request.Content.Headers.TryAddWithoutValidation(h.Name, h.Value);
        }

        HttpResponseMessage answer;
        try
        {
            answer = await _routes.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        }
        catch (HttpRequestException)
        {
            // The client itself refuses to send this.
            return;
        }

        await CheckAsync(answer, $"{method} {path} {header}");
        answer.Dispose();
    }

    private async Task<JsonElement> ExpectAsync(HttpRequestMessage request, HttpStatusCode status, string? code, string what)
    {
        using var answer = await _routes.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        await CheckAsync(answer, what);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == answer.StatusCode && (code is null || text.Contains($"\"code\":\"{code}\"", StringComparison.Ordinal)),
            $"{what}: {answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task CheckAsync(HttpResponseMessage answer, string what)
    {
        var status = (int)answer.StatusCode;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status is >= 200 and < 500, $"{what}: {status} {text}");
        if (status >= 400 && answer.RequestMessage!.Method != HttpMethod.Head)
        {
            Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json",
                $"{what}: {status} without a problem document: {text}");
            Assert.Matches("^[a-z0-9_]+$", JsonDocument.Parse(text).RootElement.GetProperty("code").GetString());
            Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        }
    }
}

public sealed class BadInput_on_sqlite(SqliteEveryRoute host) : BadInputTests(host), IClassFixture<SqliteEveryRoute>;

public sealed class BadInput_on_postgresql(PostgresEveryRoute host) : BadInputTests(host), IClassFixture<PostgresEveryRoute>;
