using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Tests.Fixtures;

/// <summary>Stands between a client and a server, and holds back what goes one way, or lets nobody through, as long as it is told to.</summary>
public sealed class StallingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, Shell.FreePort());
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<TcpClient> _open = [];
    private readonly int _server;
    private readonly Task _accepting;

    private StallingProxy(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>New connections are ended at once.</summary>
    public bool Refuses { get; set; }

    /// <summary>The server hears nothing more, and the client does not notice.</summary>
    public bool HoldsToServer { get; set; }

    /// <summary>The client hears nothing more, and the server does not notice.</summary>
    public bool HoldsToClient { get; set; }

    public static StallingProxy Before(int server) => new(server);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        foreach (var client in _open)
        {
            client.Dispose();
        }

        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                if (Refuses)
                {
                    client.Dispose();
                    continue;
                }

                var server = new TcpClient { NoDelay = true };
                client.NoDelay = true;
                _open.Add(client);
                _open.Add(server);
                await server.ConnectAsync(IPAddress.Loopback, _server, _end.Token);
                _ = PumpAsync(client, server, () => HoldsToServer);
                _ = PumpAsync(server, client, () => HoldsToClient);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy has ended.
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Func<bool> isHeld)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _end.Token) is > 0 and var read)
            {
                while (isHeld())
                {
                    await Task.Delay(5, _end.Token);
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _end.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One side has gone: so goes the other.
        }

        from.Dispose();
        to.Dispose();
    }
}
