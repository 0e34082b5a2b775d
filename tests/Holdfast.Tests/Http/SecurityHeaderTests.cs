using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Holdfast.Configuration;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Http;

/// <summary>What every answer says to browsers, and by which id the log knows a request that failed.</summary>
public sealed class SecurityHeaderTests(SqliteEveryRoute host) : IClassFixture<SqliteEveryRoute>
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task Every_route_tells_browsers_to_run_and_frame_nothing()
    {
        foreach (var rule in host.Routes.Rules)
        {
            foreach (var client in new[] { host.Routes.Admin, host.Routes.Server.Guest })
            {
                using var request = host.Routes.Request(rule, rule.Method is "POST" or "PUT" ? new ByteArrayContent("{}"u8.ToArray())
                    : null);
                request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
                using var answer = await client.SendAsync(request);
                AssertSafe(answer, $"{rule}");
                await AssertTracedAsync(answer);
            }
        }
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404)]
    [InlineData("DELETE", "/api/v1/stores", 405)]
    [InlineData("PATCH", "/api/v1/orders", 405)]
    [InlineData("GET", "/api/v1/../../etc/passwd", 404)]
    [InlineData("GET", "/api/v1/orders/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404)]
    [InlineData("POST", "/api/v1/auth/login", 400)]
    [InlineData("POST", "/api/v1/auth/login", 415, "text/plain")]
    public async Task Answers_of_no_use_case_do_too(string method, string path, int status, string type = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = method == "POST" ? new StringContent("no json", Encoding.UTF8, type) : null,
        };
        request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
        using var answer = await host.Routes.Server.Guest.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        AssertSafe(answer, path);
        await AssertTracedAsync(answer);
    }

    [Theory]
    [InlineData("GARBAGE\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 400)]
    [InlineData("GET / HTTP/7.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n", 413)]
    [InlineData("POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 400)]
    [InlineData("GET /@LONG@ HTTP/1.1\r\nHost: x\r\n\r\n", 414)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nA: @LONG@\r\nB: @LONG@\r\nC: @LONG@\r\n\r\n", 431)]
    public async Task Answers_to_what_is_no_HTTP_do_too_and_have_a_trace_id_each(string request, int status)
    {
        var ids = new HashSet<string>();
        for (var i = 0; i < 2; i++)
        {
            var answer = "";
            // The server closes without reading the rest, and then the system may drop its answer on our side: TCP's rule, so ask again.
            for (var tries = 0; tries < 50 && answer.Length == 0; tries++)
            {
                answer = await SendAsync(request.Replace("@LONG@", new string('a', 9000), StringComparison.Ordinal));
            }

            Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
            var head = answer.Split("\r\n\r\n")[0] + "\r\n";
            Assert.Contains("\r\nX-Content-Type-Options: nosniff\r\n", head, StringComparison.Ordinal);
            Assert.Contains("\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n", head, StringComparison.Ordinal);
            Assert.Contains("\r\nCache-Control: no-store\r\n", head, StringComparison.Ordinal);
            Assert.DoesNotContain("\r\nServer:", head, StringComparison.OrdinalIgnoreCase);
            ids.Add(JsonDocument.Parse(answer.Split("\r\n\r\n", 2)[1]).RootElement.GetProperty("traceId").GetString()!);
        }

        Assert.Equal(2, ids.Count(id => id.Length == 32));
    }

    [Fact]
    public async Task Only_what_came_by_https_is_told_to_come_by_it_always()
    {
        await using var server = await TestServer.StartAsync(await TestDb.CreateAsync(Backend.Sqlite),
            settings: new Settings { RateLimits = false, TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")] });
        Assert.Equal("max-age=31536000", await StrictAsync(server.Guest, "https"));
        Assert.Null(await StrictAsync(server.Guest, "http"));
        Assert.Null(await StrictAsync(server.Guest, null));
        // Whoever is no trusted proxy says nothing about it.
        Assert.Null(await StrictAsync(host.Routes.Server.Guest, "https"));

        static async Task<string?> StrictAsync(HttpClient client, string? scheme)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/stores");
            request.Headers.Add("X-Forwarded-For", "203.0.113.1");
            if (scheme is not null)
            {
                request.Headers.Add("X-Forwarded-Proto", scheme);
            }

            using var answer = await client.SendAsync(request);
            return answer.Headers.TryGetValues("Strict-Transport-Security", out var values) ? values.Single() : null;
        }
    }

    private static void AssertSafe(HttpResponseMessage answer, string what)
    {
        Assert.True(Header("X-Content-Type-Options") == "nosniff", what);
        Assert.True(Header("Content-Security-Policy") == "default-src 'none'; frame-ancestors 'none'", what);
        Assert.True(Header("Referrer-Policy") == "no-referrer", what);
        Assert.True(Header("Set-Cookie") is null, what);
        Assert.True(Header("Server") is null && Header("X-Powered-By") is null, what);
        Assert.True(answer.Headers.CacheControl is { NoStore: true } or { Private: true, NoCache: true }
            || answer.StatusCode == HttpStatusCode.NotModified, $"{what}: {answer.Headers.CacheControl}");

        string? Header(string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
    }

    private static async Task AssertTracedAsync(HttpResponseMessage answer)
    {
        if ((int)answer.StatusCode >= 400)
        {
            Assert.Equal(Trace, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("traceId").GetString());
        }
    }

    private async Task<string> SendAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host.Routes.Server.Address.Host, host.Routes.Server.Address.Port);
        await using var stream = client.GetStream();
        using var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
            await stream.CopyToAsync(answer).WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (IOException)
        {
            // The server has cut the connection; what it said before is here.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
