using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Holdfast.Commands.Shop;

namespace Holdfast.Tests.Commands;

/// <summary>The client of drill and replay sends again whatever a server that is killed does to it.</summary>
public sealed class ShopClientTests
{
    private const string Answer =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{\"a\": 12}";

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 20")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\"")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"a\"")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    public async Task A_connection_that_breaks_is_made_again(string said)
    {
        foreach (var isReset in new[] { true, false })
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var served = ServeAsync(listener, said, isReset);
            using var client = Client((IPEndPoint)listener.LocalEndpoint, _ => Task.FromResult("token"));
            Assert.Equal(12, (await client.MustAsync(Call.Get("/orders"), TestContext.Current.CancellationToken)).GetProperty("a")
                .GetInt64());
            // Before the first byte of an answer, the framework's client sends a GET again on its own.
            Assert.True(said.Length == 0 || client.Retries == 3, $"{client.Retries} retries");
            await served;
        }
    }

    [Fact]
    public async Task A_connection_that_is_refused_is_tried_again()
    {
        // Not listening yet. The port is outside the range that clients are given, so that none connects to itself.
        using var back = new TcpListener(IPAddress.Loopback, FreePort());
        var failures = 0;
        using var client = Client((IPEndPoint)back.LocalEndpoint, _ => Task.FromResult("token"));
        Task? served = null;
        var answer = await client.SendAsync(Call.Get("/orders"), failed: _ =>
        {
            if (++failures == 3)
            {
                back.Start();
                served = ServeAsync(back, "", isReset: true, times: 0);
            }
        }, ct: TestContext.Current.CancellationToken);
        Assert.Equal((200, 12), (answer.Status, answer.Number("a")));
        await served!;
    }

    [Fact]
    public async Task Signing_in_that_fails_with_the_server_is_tried_again()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var served = ServeAsync(listener, "", isReset: true, times: 0);
        var failures = new Queue<Exception>(
            [new SocketException((int)SocketError.ConnectionRefused), new SocketException((int)SocketError.ConnectionReset),
            new IOException("cut"),
            new TimeoutException(), new HttpRequestException("down"), new Npgsql.NpgsqlException("down"), new TaskCanceledException()]);
        using var client = Client((IPEndPoint)listener.LocalEndpoint, _ => failures.TryDequeue(out var e) ? Task.FromException<string>(e)
            : Task.FromResult("token"));
        Assert.Equal(200, (await client.SendAsync(Call.Get("/orders"), ct: TestContext.Current.CancellationToken)).Status);
        Assert.Equal(7, client.Retries);
        await served;
    }

    [Fact]
    public async Task What_does_not_come_back_is_told_and_what_is_a_mistake_of_ours_is_thrown()
    {
        using var client = new ShopClient(new Uri("http://127.0.0.1:1"), _ => throw new SocketException((int)SocketError.ConnectionReset),
            4, TimeSpan.Zero);
        var answer = await client.SendAsync(Call.Get("/orders"), ct: TestContext.Current.CancellationToken);
        Assert.Equal("no_answer", answer.Code);
        Assert.StartsWith("no answer: ", answer.Explain(), StringComparison.Ordinal);

        using var broken = new ShopClient(new Uri("http://127.0.0.1:1"), _ => throw new InvalidOperationException("a mistake"), 4,
            TimeSpan.Zero);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            broken.SendAsync(Call.Get("/orders"), ct: TestContext.Current.CancellationToken));
    }

    private static ShopClient Client(IPEndPoint place, Func<CancellationToken, Task<string>> signIn) =>
        new(new Uri($"http://{place}"), signIn, 4, TimeSpan.FromSeconds(30));

    private static int FreePort() => Enumerable.Range(0, 1000).Select(_ => Random.Shared.Next(15_000, 32_000))
        .First(port => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().All(l => l.Port != port));

    /// <summary>Breaks some connections after having said so much; then answers one.</summary>
    private static async Task ServeAsync(TcpListener listener, string said, bool isReset, int times = 3)
    {
        for (var time = 0; time <= times; time++)
        {
            using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            var stream = client.GetStream();
            await stream.ReadAtLeastAsync(new byte[64], 16, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(time == times ? Answer : said), TestContext.Current.CancellationToken);
            if (isReset && time < times)
            {
                client.LingerState = new LingerOption(true, 0);
            }
        }
    }
}
