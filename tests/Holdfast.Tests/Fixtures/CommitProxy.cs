using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.Tests.Fixtures;

/// <summary>What happens to a COMMIT that is cut off from its sender.</summary>
public enum Cut
{
    /// <summary>The server gets it and commits; the answer is lost.</summary>
    AfterCommit,

    /// <summary>It never arrives, and the server notices that the client has gone.</summary>
    BeforeCommit,

    /// <summary>It arrives a second after the client has lost its connection.</summary>
    CommitArrivesLate,

    /// <summary>It never arrives, and the server's side of the connection stays open: the transaction stands still.</summary>
    ServerNotTold,
}

/// <summary>
/// Stands between the client and PostgreSQL, reads the client's messages, and cuts the connection exactly at the next COMMIT when asked to.
/// </summary>
public sealed class CommitProxy : IAsyncDisposable
{
    private const int SslRequest = 80877103;
    private const int GssRequest = 80877104;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<Cut> _cuts = new();
    private readonly ConcurrentBag<TcpClient> _open = [];
    private readonly int _server;
    private readonly Task _accepting;
    private int _commits;

    private CommitProxy(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>How many COMMITs were seen.</summary>
    public int Commits => _commits;

    public static async Task<(CommitProxy Proxy, string Url)> BeforeAsync(TestDb database)
    {
        var proxy = new CommitProxy((await PostgresServer.SharedAsync()).Port);
        var url = new UriBuilder(database.Url) { Port = ((IPEndPoint)proxy._listener.LocalEndpoint).Port };
        // A prepared COMMIT would go by a name; this one is always spelled out.
        return (proxy, $"{url.Uri}?MaxAutoPrepare=0");
    }

    /// <summary>The next COMMIT is cut off so.</summary>
    public void Next(Cut cut) => _cuts.Enqueue(cut);

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
                var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, _server, _end.Token);
                (client.NoDelay, server.NoDelay) = (true, true);
                _open.Add(client);
                _open.Add(server);
                _ = RelayAsync(client, server);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the proxy.
        }
    }

    private async Task RelayAsync(TcpClient client, TcpClient server)
    {
        var swallow = new StrongBox();
        try
        {
            await Task.WhenAny(FromClientAsync(client.GetStream(), server.GetStream(), swallow), FromServerAsync(client.GetStream(), server.GetStream(), swallow));
        }
        finally
        {
            client.Dispose();
            if (!swallow.KeepServer)
            {
                server.Dispose();
            }
        }
    }

    private async Task FromServerAsync(NetworkStream client, NetworkStream server, StrongBox swallow)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            while (await server.ReadAsync(buffer, _end.Token) is var read and > 0)
            {
                if (swallow.Answers)
                {
                    swallow.Answered.TrySetResult();
                    continue;
                }

                await client.WriteAsync(buffer.AsMemory(0, read), _end.Token);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // One side has closed.
        }
    }

    private async Task FromClientAsync(NetworkStream client, NetworkStream server, StrongBox swallow)
    {
        try
        {
            var isTyped = false;
            while (true)
            {
                var (message, type) = await ReadMessageAsync(client, isTyped);
                if (!isTyped)
                {
                    isTyped = BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(4)) is not (SslRequest or GssRequest);
                }
                else if (type == 'P' && Encoding.UTF8.GetString(message).Contains("\0COMMIT\0", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref _commits);
                    if (_cuts.TryDequeue(out var cut))
                    {
                        await CutAsync(cut, message, client, server, swallow);
                        return;
                    }
                }

                await server.WriteAsync(message, _end.Token);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // One side has closed.
        }
    }

    /// <summary>What ends when this returns, is closed; see <see cref="RelayAsync"/>.</summary>
    private async Task CutAsync(Cut cut, byte[] commit, NetworkStream client, NetworkStream server, StrongBox swallow)
    {
        if (cut == Cut.BeforeCommit)
        {
            return;
        }

        var rest = new List<byte[]> { commit };
        while (rest[^1][0] != 'S')
        {
            rest.Add((await ReadMessageAsync(client, isTyped: true)).Message);
        }

        swallow.Answers = true;
        if (cut == Cut.AfterCommit)
        {
            await SendAsync();
            await swallow.Answered.Task.WaitAsync(TimeSpan.FromSeconds(60));
            return;
        }

        swallow.KeepServer = true;
        if (cut == Cut.CommitArrivesLate)
        {
            _ = Task.Delay(1_000, _end.Token).ContinueWith(_ => SendAsync(), TaskScheduler.Default);
        }

        async Task SendAsync()
        {
            foreach (var message in rest)
            {
                await server.WriteAsync(message, _end.Token);
            }
        }
    }

    private async Task<(byte[] Message, char Type)> ReadMessageAsync(NetworkStream stream, bool isTyped)
    {
        var head = new byte[isTyped ? 5 : 4];
        await stream.ReadExactlyAsync(head, _end.Token);
        var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(isTyped ? 1 : 0));
        var message = new byte[length + (isTyped ? 1 : 0)];
        head.CopyTo(message, 0);
        await stream.ReadExactlyAsync(message.AsMemory(head.Length), _end.Token);
        return (message, (char)message[0]);
    }

    private sealed class StrongBox
    {
        public TaskCompletionSource Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile bool Answers;

        public volatile bool KeepServer;
    }
}
