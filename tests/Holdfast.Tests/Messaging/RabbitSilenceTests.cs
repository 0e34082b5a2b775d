using System.Net.Sockets;
using Holdfast.Platform.Messaging.Transports;
using Holdfast.Platform.Messaging.Transports.RabbitMq;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Messaging;

/// <summary>A broker that falls silent in the middle of what we do with it, at each place where that can be.</summary>
[Slow]
public sealed class RabbitSilenceTests
{
    [Fact]
    public async Task Wherever_it_falls_silent_while_we_connect_and_look_that_is_noticed_within_seconds()
    {
        var url = await (await RabbitServer.SharedAsync()).HostAsync();

        // What is not a failure any more had all it needed.
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(pieces => LookAsync(url, pieces)));
        var failures = outcomes.TakeWhile(o => o is not null).Count();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', outcomes));
        Assert.InRange(failures, 3, 39);
        Assert.All(outcomes.Skip(failures), Assert.Null);
    }

    /// <summary>
    /// Connects and looks at a broker that says so many pieces and then nothing more; the trouble that is known afterwards.
    /// </summary>
    private static async Task<string?> LookAsync(string url, int pieces)
    {
        await using var proxy = new SilentProxy(new Uri(url).Port, pieces);
        await using var transport = new RabbitMqTransport(new UriBuilder(url) { Port = proxy.Port }.Uri.ToString(), TimeSpan.FromSeconds(3),
            () => Task.CompletedTask);
        try
        {
            await transport.PublishAsync([], default).WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TransportException)
        {
            Assert.NotNull(transport.Failure);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"after {pieces} pieces it waits for ever; {transport.Failure}");
        }

        return transport.Failure is { } trouble ? $"after {pieces}: {trouble}" : null;
    }

    private sealed class SilentProxy(int server, int pieces) : TcpProxy(server)
    {
        private int _passed;

        protected override async Task<bool> PassAsync(NetworkStream client, NetworkStream server)
        {
            await Task.WhenAny(CopyAsync(client, server, () => false),
                CopyAsync(server, client, () => Interlocked.Increment(ref _passed) > pieces));
            return false;
        }
    }
}
