using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Holdfast.Http;
using Holdfast.Tests.Fixtures;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Http;

/// <summary>Bytes that are no HTTP, straight into the socket.</summary>
public sealed class MalformedRequestTests(SqliteHost host) : IClassFixture<SqliteHost>
{
    [Theory]
    [InlineData("GARBAGE\r\n\r\n", 400, "malformed_request")]
    [InlineData("\0\r\n\r\n", 400, "malformed_request")]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed_request")]
    [InlineData("GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed_request")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400, "malformed_request")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, "malformed_request")]
    [InlineData("GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400, "malformed_request")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n", 400, "malformed_request")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 400, "malformed_request")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nA: \u00ff\r\n\r\n", 400, "malformed_request")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, "malformed_request")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "malformed_request")]
    [InlineData("POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "invalid_request")]
    [InlineData("POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 400, null)]
    [InlineData("POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400, "malformed_request")]
    [InlineData("POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", 413, "body_too_large")]
    [InlineData("CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", 400, null)]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404, "not_found")]
    [InlineData("GET http://x:99999/ HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed_request")]
    [InlineData("GET /@LONG@ HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri_too_long")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nA: @LONG@\r\n\r\n", 431, "headers_too_large")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n@MANY@\r\n", 431, "headers_too_large")]
    public async Task Gets_a_problem_document(string request, int status, string? code)
    {
        var bytes = Encoding.Latin1.GetBytes(request.Replace("@LONG@", new string('x', 20_000), StringComparison.Ordinal)
            .Replace("@MANY@", string.Concat(Enumerable.Range(0, 200).Select(i => $"a{i}: 1\r\n")), StringComparison.Ordinal));
        // The server closes without reading the rest, and then the system may drop its answer on our side: TCP's rule, so ask again.
        var answer = "";
        for (var tries = 0; tries < 50 && answer.Length == 0; tries++)
        {
            answer = await SendAsync(bytes, host.Server.Address, ends: false);
        }

        IsProblem(answer, status, code);
    }

    [Fact]
    public async Task An_answer_has_its_body_however_many_are_on_their_way_before_it()
    {
        // One after the other without waiting, so that the memory of the connection still holds the earlier answers, and leaves any room
        // for the last.
        const string Good = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
        for (var before = 0; before < 80; before++)
        {
            var requests = string.Concat(Enumerable.Repeat(Good, before)) + "GET / HTTP/1.1\r\nHost: x\r\nX-Odd: \u00ff\r\n\r\n";
            var answers = await SendAsync(Encoding.Latin1.GetBytes(requests), host.Server.Address, ends: false);
            Assert.True(answers.Contains("\"code\":\"malformed_request\"", StringComparison.Ordinal),
                $"after {before}: {answers[^Math.Min(answers.Length, 600)..]}");
        }
    }

    [Fact]
    public async Task A_request_that_does_not_go_on_gets_one_too()
    {
        await using var server = await TestServer.StartAsync(Backend.Sqlite, s => s.Configure<KestrelServerOptions>(k =>
        {
            k.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1);
            k.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(1.5));
        }));
        IsProblem(await SendAsync("GET /health HTTP/1.1\r\nHost: "u8.ToArray(), server.Address, ends: false), 408, "request_timeout");
        IsProblem(await SendAsync("POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"u8.ToArray(), server.Address,
            ends: false), 408, "request_timeout");
    }

    [Fact]
    public async Task Noise_on_the_socket_leaves_the_server_well()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var good = Encoding.ASCII.GetBytes(
            "POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nIdempotency-Key: k\r\nConnection: close\r\n\r\n{}");
        for (var i = 0; i < 500; i++)
        {
            var bytes = (byte[])good.Clone();
            if (i % 3 == 0)
            {
                random.NextBytes(bytes);
            }
            else
            {
                for (var changes = random.Next(1, 5); changes > 0; changes--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }
            }

            var answer = await SendAsync(bytes, host.Server.Address, ends: true);
            Assert.True(answer.Length == 0
                || (answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) && answer.Contains("\"code\":", StringComparison.Ordinal)),
                $"seed {seed}, round {i}: {answer}");
        }

        using var health = await host.Server.Guest.GetAsync("/health", TestContext.Current.CancellationToken);
        Assert.True(health.IsSuccessStatusCode);
    }

    [Fact]
    public void Leaves_every_other_answer_as_it_is()
    {
        foreach (var answer in new[]
        {
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                "HTTP/1.1 404 Not Found\r\nContent-Length: 146\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "{\"code\":1}", "",
        })
        {
            Assert.Null(MalformedRequests.WithBody(Encoding.ASCII.GetBytes(answer)));
        }
    }

    private static void IsProblem(string answer, int status, string? code)
    {
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        var parts = answer.Split("\r\n\r\n", 2);
        Assert.Contains("\r\nContent-Type: application/problem+json", parts[0], StringComparison.Ordinal);
        Assert.Contains($"\r\nContent-Length: {Encoding.UTF8.GetByteCount(parts[1])}\r\n", parts[0] + "\r\n", StringComparison.Ordinal);
        var problem = JsonDocument.Parse(parts[1]).RootElement;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.True(code is null || code == problem.GetProperty("code").GetString(), parts[1]);
    }

    /// <param name="ends">Whether the server is told that no more will come: it closes in any case then, but Kestrel may do so before it
    /// has answered.</param>
    private static async Task<string> SendAsync(byte[] bytes, Uri address, bool ends)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        using var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(bytes);
            if (ends)
            {
                client.Client.Shutdown(SocketShutdown.Send);
            }

            await stream.CopyToAsync(answer).WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (IOException)
        {
            // The server has cut the connection; what it said before is here.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
