using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Tests.Fixtures;

/// <summary>Stands between clients and a server, and takes the wire away when asked to: cut, or silent, in one direction or both.</summary>
public class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = Ports.Listen();
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<TcpClient, bool> _open = new();
    private readonly Task _accepting;
    private int _connections;
    private volatile int _silent;

    public TcpProxy(int server)
    {
        Target = server;
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The port to which new connections go.</summary>
    public int Target { get; set; }

    /// <summary>New connections are ended at once.</summary>
    public bool Refuses { get; set; }

    /// <summary>The server hears nothing more, and the client does not notice.</summary>
    public bool HoldsToServer { get; set; }

    /// <summary>The client hears nothing more, and the server does not notice.</summary>
    public bool HoldsToClient { get; set; }

    /// <summary>Cancelled when the proxy ends.</summary>
    protected CancellationToken End => _end.Token;

    /// <summary>Closes all connections and every new one.</summary>
    public void Break()
    {
        Refuses = true;
        foreach (var client in _open.Keys)
        {
            client.Dispose();
        }
    }

    /// <summary>Connections stay open, and nothing passes.</summary>
    public void Hush() => HoldsToServer = HoldsToClient = true;

    /// <summary>The connections of this moment stay open, and nothing passes over them; new ones work.</summary>
    public void HushOpen() => _silent = Volatile.Read(ref _connections);

    /// <summary>As if nothing had been.</summary>
    public void Restore()
    {
        Refuses = HoldsToServer = HoldsToClient = false;
        _silent = 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Break();
        await _accepting;
        _end.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Passes on what both say, until one side ends. Whether the server's side stays open nevertheless.</summary>
    protected virtual async Task<bool> PassAsync(NetworkStream client, NetworkStream server)
    {
        var number = Interlocked.Increment(ref _connections);
        await Task.WhenAny(CopyAsync(client, server, () => HoldsToServer || number <= _silent),
            CopyAsync(server, client, () => HoldsToClient || number <= _silent));
        return false;
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
        var (server, keeps) = (new TcpClient(), false);
        (_open[client], _open[server]) = (true, true);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, Target, _end.Token);
            (client.NoDelay, server.NoDelay) = (true, true);
            keeps = await PassAsync(client.GetStream(), server.GetStream());
        }
        catch (Exception e)
            when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The server is away, or the wire was cut.
        }
        finally
        {
            Close(client);
            if (!keeps)
            {
                Close(server);
            }
        }
    }

    private void Close(TcpClient side)
    {
        _open.TryRemove(side, out _);
        side.Dispose();
    }

    protected async Task CopyAsync(NetworkStream from, NetworkStream to, Func<bool> isHeld)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            while (await from.ReadAsync(buffer, _end.Token) is var read and > 0)
            {
                while (isHeld())
                {
                    await Task.Delay(5, _end.Token);
                }

                await to.WriteAsync(buffer.AsMemory(0, read), _end.Token);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // One side has closed.
        }
    }
}
