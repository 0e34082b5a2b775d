using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Commands;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Tests.Http;

/// <summary>
/// What a tester tries first on any HTTP API, where no other test does: numbers and cursors at their ends, headers that want to be believed
/// or repeated.
/// </summary>
public abstract class AttackTests(EveryRouteHost host)
{
    private static readonly string[] Numbers =
        ["-1", "0", "101", "2147483647", "2147483648", "4294967297", "9223372036854775807", "9223372036854775808", "1e2", "0x10", "+5",
        " 5", "٥", "5.0", "NaN", "1;DROP TABLE users", "%00"];

    private static readonly string[] Parts =
        ["0", "1", "-1", "9223372036854775807", "-9223372036854775808", "3155378975999999999", "3155378976000000000", "621355967999999999",
        "createdAt", "-createdAt", "name", "price", "total",
            "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "'; --", "", "\u00e9", "٣"];

    private static readonly string[] Sorts = ["-createdAt", "createdAt", "name", "-name", "price", "total", "-total"];

    [Fact]
    public async Task No_limit_and_no_cursor_breaks_a_list()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        foreach (var rule in host.Routes.Rules.Where(r => r.Method == "GET"))
        {
            foreach (var number in Numbers)
            {
                await AskAsync(rule, $"limit={Uri.EscapeDataString(number)}");
            }

            for (var i = 0; i < 60; i++)
            {
                var parts = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Parts[random.Next(Parts.Length)]);
                await AskAsync(rule, $"cursor={Encode(parts)}");
            }

            foreach (var cursor in new[] { "%00", "====", "AAAA", "/////w", new string('A', 4000), "8J+YgA" })
            {
                await AskAsync(rule, $"cursor={cursor}");
            }
        }

        async Task AskAsync(RouteRule rule, string query)
        {
            foreach (var more in new[] { "", $"&storeId={DemoStore.StoreId}" })
            {
                using var request = host.Routes.Request(rule);
                request.RequestUri = new Uri($"{request.RequestUri}?{query}{more}", UriKind.Relative);
                using var answer = await host.Routes.Admin.SendAsync(request);
                Assert.True((int)answer.StatusCode < 500, $"seed {seed}: {rule} ?{query}{more} was answered {(int)answer.StatusCode}");
            }
        }
    }

    /// <summary>Cursors that say that they are of the list, as anybody can make them: what else they say is looked at.</summary>
    [Fact]
    public async Task No_key_in_a_cursor_of_the_list_breaks_it()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var (random, accepted, refused) = (new Random(seed), 0, 0);
        foreach (var rule in host.Routes.Rules.Where(r => r.Query.Contains("cursor")))
        {
            foreach (var sort in rule.Query.Contains("sort") ? Sorts : [""])
            {
                foreach (var part in Parts.Append("1\n2").Append("x\ufffd"))
                {
                    for (var length = 1; length <= 3; length++)
                    {
                        await AskAsync(rule, sort,
                            [.. Enumerable.Range(0, length - 1).Select(_ => Parts[random.Next(Parts.Length)]).Append(part)]);
                        await AskAsync(rule, sort, [.. Enumerable.Range(0, length - 1).Select(_ => Guid.Empty.ToString()).Prepend(part)]);
                    }
                }
            }
        }

        // Else they would be refused for something else than their keys.
        Assert.True(accepted > 20 && refused > 100, $"seed {seed}: {accepted} accepted, {refused} refused");

        async Task AskAsync(RouteRule rule, string sort, string[] key)
        {
            using var request = host.Routes.Request(rule);
            var list = SHA256.HashData(Encoding.UTF8.GetBytes($"GET {request.RequestUri}\n{sort}"));
            var cursor = Encode([Convert.ToHexStringLower(list.AsSpan(0, 8)), .. key]);
            var store = rule.Query.Contains("storeId") ? $"&storeId={DemoStore.StoreId}" : "";
            var query = $"cursor={cursor}{(sort.Length > 0 ? $"&sort={sort}" : "")}{store}";
            request.RequestUri = new Uri($"{request.RequestUri}?{query}", UriKind.Relative);
            using var answer = await host.Routes.Admin.SendAsync(request);
            Assert.True((int)answer.StatusCode < 500,
                $"seed {seed}: {rule} {sort} {string.Join(' ', key)} was answered {(int)answer.StatusCode}");
            accepted += answer.StatusCode == HttpStatusCode.OK ? 1 : 0;
            refused += answer.StatusCode == HttpStatusCode.BadRequest ? 1 : 0;
        }
    }

    private static string Encode(IEnumerable<string> parts) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Join('\n', parts))).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    [Fact]
    public async Task No_answer_sets_a_cookie_leads_elsewhere_or_repeats_what_a_header_says()
    {
        using var plain = new HttpClient(
            new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
        { BaseAddress = host.Routes.Server.Address };
        foreach (var rule in host.Routes.Rules)
        {
            using var request = host.Routes.Request(rule, rule.Method is "POST" or "PUT" ? new ByteArrayContent("{}"u8.ToArray()) : null);
            foreach (var (name, value) in new[] { ("X-Forwarded-Host", "evil.example"), ("X-Original-URL", "/api/v1/api-keys"),
                ("X-Rewrite-URL", "/api/v1/api-keys"), ("X-HTTP-Method-Override", "DELETE"),
                ("Origin", "https://evil.example"), ("Referer", "https://evil.example/"), ("Cookie", "session=evil; hr_x=evil"),
                    ("X-Forwarded-Proto", "evil"), ("X-User-Id", "evil"), ("X-Role", "admin") })
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            request.Headers.Host = "evil.example";
            using var answer = await plain.SendAsync(request);
            Assert.False(answer.Headers.Contains("Set-Cookie"), $"{rule}");
            Assert.False((int)answer.StatusCode is >= 300 and < 400 or >= 500, $"{rule}: {answer.StatusCode}");
            Assert.DoesNotContain("evil", $"{answer.Headers}{answer.Content.Headers}{await answer.Content.ReadAsStringAsync()}",
                StringComparison.OrdinalIgnoreCase);
        }

        // Nothing was done by another method than the one on the request line.
        using var stores = await host.Routes.Admin.GetAsync("/api/v1/stores");
        Assert.Equal(HttpStatusCode.OK, stores.StatusCode);
    }

    [Theory]
    [InlineData("GET http://evil.example/api/v1/stores HTTP/1.1\r\nHost: x\r\n")]
    [InlineData("GET //evil.example/%2e%2e HTTP/1.1\r\nHost: x\r\n")]
    [InlineData("GET /api/v1/stores%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: x\r\n")]
    [InlineData("GET /api/v1/stores?slug=%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: x\r\n")]
    [InlineData("GET /api/v1/carts/01900000-0000-7000-8000-000000000001 HTTP/1.1\r\nHost: x\r\nX-Cart-Token: a\r\n b: c\r\n")]
    [InlineData("GET /api/v1/stores HTTP/1.1\r\nHost: x\r\nCookie: @LONG@\r\nCookie: @LONG@\r\nCookie: @LONG@\r\n")]
    [InlineData("GET /api/v1/stores HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer @LONG@\r\n")]
    [InlineData("GET /api/v1/stores HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: @LIST@\r\n")]
    [InlineData("GET /api/v1/stores HTTP/1.1\r\nHost: x\r\ntraceparent: 00-@LONG@\r\nAccept-Language: @LIST@\r\n")]
    [InlineData("GET /api/v1/stores HTTP/1.1\r\nHost: x\r\nIf-None-Match: @LIST@\r\n")]
    [InlineData("TRACE /api/v1/stores HTTP/1.1\r\nHost: x\r\nX-Secret: evil\r\n")]
    [InlineData("GET /api/v1/stores HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nConnection: "
        + "Upgrade, HTTP2-Settings\r\n")]
    [InlineData("GET /api/v1/stores HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
        + "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n")]
    [InlineData("POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nExpect: 999-nonsense\r\nContent-Length: 0\r\n")]
    [InlineData("GET /api/v1/stores HTTP/1.1\r\nHost: evil.example:99999\r\n")]
    [InlineData("GET /api/v1/stores HTTP/1.1\r\nHost: a@evil\r\n")]
    [InlineData("GET /api/v1/stores HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1,@LIST@\r\n")]
    public async Task A_request_that_wants_to_be_another_is_taken_as_it_is_or_refused(string request)
    {
        var list = string.Join(", ", Enumerable.Range(0, 700).Select(i => $"10.{i / 250}.{i % 250}.1"));
        var answer = await SendAsync(request.Replace("@LONG@", new string('a', 7000), StringComparison.Ordinal)
            .Replace("@LIST@", list, StringComparison.Ordinal)
            + (request.Contains("Connection", StringComparison.Ordinal) ? "\r\n" : "Connection: close\r\n\r\n"));
        Assert.Matches("^HTTP/1.1 [24]\\d\\d ", answer);
        Assert.DoesNotContain("Set-Cookie", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\r\nLocation:", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("evil", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.1 101", answer, StringComparison.Ordinal);
    }

    private async Task<string> SendAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host.Routes.Server.Address.Host, host.Routes.Server.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var answer = new MemoryStream();
        var buffer = new byte[64 * 1024];
        // A connection that stays open is silent after its one answer.
        using var silence = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer, silence.Token)) > 0;)
            {
                answer.Write(buffer, 0, read);
                if (Encoding.UTF8.GetString(answer.ToArray()) is var text && IsWhole(text))
                {
                    break;
                }
            }
        }
        catch (IOException)
        {
            // The server has cut the connection; what it said before is here.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }

    private static bool IsWhole(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var at = text.IndexOf("\r\nContent-Length: ", StringComparison.Ordinal);
        return end >= 0 && at >= 0 && at < end
            && Encoding.UTF8.GetByteCount(text[(end + 4)..])
            >= int.Parse(text[(at + 18)..text.IndexOf("\r\n", at + 2, StringComparison.Ordinal)], CultureInfo.InvariantCulture);
    }
}

public sealed class Attack_on_sqlite(SqliteEveryRoute host) : AttackTests(host), IClassFixture<SqliteEveryRoute>;

public sealed class Attack_on_postgresql(PostgresEveryRoute host) : AttackTests(host), IClassFixture<PostgresEveryRoute>;
