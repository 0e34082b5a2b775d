using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Holdfast.Configuration;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Http;

/// <summary>Bodies that come too slowly, end nowhere, or lie about their length, on the wire.</summary>
public abstract partial class SlowBodyTests(TestHost host)
{
    private const string Chunked = "Transfer-Encoding: chunked\r\n";

    [Theory]
    [InlineData("80000000\r\n")]
    [InlineData("80000000\r\n{}\r\n")]
    [InlineData("FFFFFFFF\r\n{}")]
    [InlineData("7FFFFFFFFFFFFFFF\r\n{}")]
    [InlineData("10000000000000002\r\n{}")]
    [InlineData("-2\r\n{}\r\n0\r\n\r\n")]
    [InlineData("0x2\r\n{}\r\n0\r\n\r\n")]
    [InlineData("2 {}\r\n0\r\n\r\n")]
    [InlineData("\r\n{}\r\n")]
    [InlineData("2\r\n{}}\r\n0\r\n\r\n")]
    [InlineData("2\r\n{}0\r\n\r\n")]
    [InlineData("2;\n{}\r\n0\r\n\r\n")]
    [InlineData("2\n{}\n0\n\n")]
    [InlineData("2\r\n{}\r\n0\r\nno trailer\r\n\r\n")]
    public async Task A_malformed_chunk_is_the_callers_fault_and_ends_the_connection(string body)
    {
        foreach (var (path, headers) in new[] { ("/api/v1/orders", ""), ("/api/v1/auth/login", ""),
            ("/api/v1/orders/quote", "Idempotency-Key: k\r\n") })
        {
            var answer = await SendAsync(host.Server.Address, $"POST {path} HTTP/1.1\r\nHost: x\r\n{headers}{Chunked}\r\n{body}");
            Assert.Matches("^HTTP/1.1 4\\d\\d ", answer);
            Assert.Contains("\"code\":\"", answer, StringComparison.Ordinal);
            Assert.Single(Answers(answer));
        }

        Assert.DoesNotContain(host.Server.Log.Lines, l => l.Contains("database", StringComparison.Ordinal)
            || l.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")]
    [InlineData("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n")]
    [InlineData("Transfer-Encoding: identity, chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked, chunked\r\n")]
    [InlineData("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n")]
    [InlineData("Transfer-Encoding: xchunked\r\n")]
    [InlineData("Transfer-Encoding: \"chunked\"\r\n")]
    [InlineData("Transfer-Encoding: chunked;q=1\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n")]
    [InlineData("Transfer-Encoding:\r\n chunked\r\n")]
    [InlineData("Content-Length: 5\r\nContent-Length: 5\r\n")]
    [InlineData("Content-Length: 5, 5\r\n")]
    [InlineData("Content-Length: 5 5\r\n")]
    [InlineData("Content-Length: 0x5\r\n")]
    public async Task No_request_is_smuggled_behind_another(string headers)
    {
        // For one reader of the headers the second request is a part of the first one's body, for another it is a request.
        var answer = await SendAsync(host.Server.Address,
            $"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n{headers}\r\n0\r\n\r\nGET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Matches("^HTTP/1.1 4\\d\\d ", answer);
        Assert.Single(Answers(answer));
        Assert.DoesNotContain("healthy", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/api/v1/auth/login", "Content-Length: 60000\r\n", "{")]
    [InlineData("POST", "/api/v1/orders", "Transfer-Encoding: chunked\r\nIdempotency-Key: k\r\n", "1\r\n{\r\n")]
    [InlineData("PUT", "/api/v1/carts/01900000-0000-7000-8000-000000000001/lines/01900000-0000-7000-8000-000000000002",
        "Content-Length: 60000\r\n", "{")]
    public async Task A_body_that_comes_bit_by_bit_is_ended(string method, string path, string headers, string begin)
    {
        await using var server = await TestServer.StartAsync(await TestDb.CreateAsync(host.Backend),
            settings: new Settings { RateLimits = false, BodyWithin = TimeSpan.FromSeconds(1) });
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await using var machine = Lateness.Watch();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n{begin}"),
            TestContext.Current.CancellationToken);
        var answer = ReadAsync(stream);
        // More than 1,000 bytes a second: the server's own limit, a rate of 240, would let this go on.
        var blanks = new string(' ', 64);
        var piece = Encoding.ASCII.GetBytes(headers.Contains("chunked", StringComparison.Ordinal) ? $"40\r\n{blanks}\r\n" : blanks);
        while (!answer.IsCompleted && machine.Elapsed < TimeSpan.FromSeconds(30))
        {
            try
            {
                await stream.WriteAsync(piece, TestContext.Current.CancellationToken);
            }
            catch (IOException)
            {
                break;
            }

            await Task.WhenAny(answer, Task.Delay(50, TestContext.Current.CancellationToken));
        }

        var text = await answer;
        machine.Within(TimeSpan.FromSeconds(9));
        Assert.True(text.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal), text);
        Assert.Contains("\"code\":\"request_timeout\"", text, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_connection_too_many_is_closed_and_those_that_are_there_go_on()
    {
        await using var server = await TestServer.StartAsync(await TestDb.CreateAsync(host.Backend),
            settings: new Settings { RateLimits = false, MaxConnections = 3 });
        var open = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                var one = new TcpClient();
                open.Add(one);
                Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(one, server), StringComparison.Ordinal);
            }

            using (var refused = new TcpClient())
            {
                Assert.Equal("", await AskAsync(refused, server));
            }

            Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(open[1], server), StringComparison.Ordinal);
            open[0].Dispose();
            await Until.TrueAsync("there is room again", async () =>
            {
                using var next = new TcpClient();
                return (await AskAsync(next, server)).StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal);
            });
        }
        finally
        {
            open.ForEach(c => c.Dispose());
        }
    }

    private static async Task<string> AskAsync(TcpClient client, TestServer server)
    {
        try
        {
            if (!client.Connected)
            {
                await client.ConnectAsync(server.Address.Host, server.Address.Port, TestContext.Current.CancellationToken);
            }

            await client.GetStream()
                .WriteAsync("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            var buffer = new byte[4096];
            return Encoding.ASCII.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static MatchCollection Answers(string text) => StatusLine().Matches(text);

    private static async Task<string> SendAsync(Uri address, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        return await ReadAsync(stream);
    }

    [GeneratedRegex(@"HTTP/1\.1 \d{3} ")]
    private static partial Regex StatusLine();

    /// <summary>Until the server closes.</summary>
    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer).WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (IOException)
        {
            // The server has cut the connection; what it said before is here.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }
}

public sealed class SlowBody_on_sqlite(SqliteHost host) : SlowBodyTests(host), IClassFixture<SqliteHost>;

public sealed class SlowBody_on_postgresql(PostgresHost host) : SlowBodyTests(host), IClassFixture<PostgresHost>;
