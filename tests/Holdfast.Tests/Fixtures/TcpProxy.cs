using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Tests.Fixtures;

/// <summary>Stands between one client and a server, and takes the wire away when asked to: cut, or silent.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<TcpClient, bool> _open = new();
    private readonly int _server;
    private readonly Task _accepting;
    private volatile TaskCompletionSource _flowing = Flowing();
    private volatile bool _refuses;

    public TcpProxy(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Closes all connections and every new one.</summary>
    public void Cut()
    {
        _refuses = true;
        foreach (var client in _open.Keys)
        {
            client.Dispose();
        }
    }

    /// <summary>Connections stay open, and nothing passes.</summary>
    public void Hush() => _flowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>As if nothing had been.</summary>
    public void Restore()
    {
        _refuses = false;
        _flowing.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Cut();
        _flowing.TrySetResult();
        await _accepting;
        _end.Dispose();
    }

    private static TaskCompletionSource Flowing()
    {
        var flowing = new TaskCompletionSource();
        flowing.SetResult();
        return flowing;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                if (_refuses)
                {
                    client.Dispose();
                    continue;
                }

                _ = RelayAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the proxy.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var server = new TcpClient();
        (_open[client], _open[server]) = (true, true);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _server, _end.Token);
            (client.NoDelay, server.NoDelay) = (true, true);
            await Task.WhenAny(CopyAsync(client.GetStream(), server.GetStream()), CopyAsync(server.GetStream(), client.GetStream()));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The server is away, or the wire was cut.
        }
        finally
        {
            _open.TryRemove(client, out _);
            _open.TryRemove(server, out _);
            client.Dispose();
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            while (await from.ReadAsync(buffer, _end.Token) is var read and > 0)
            {
                await _flowing.Task;
                await to.WriteAsync(buffer.AsMemory(0, read), _end.Token);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // One side has closed.
        }
    }
}
