using System.Buffers.Binary;
using System.Collections.Concurrent;
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

    /// <summary>It never arrives, and neither side is told, until the server itself goes away.</summary>
    Withheld,
}

/// <summary>
/// Stands between the client and PostgreSQL, reads the client's messages, and cuts the connection exactly at the next COMMIT when asked to.
/// </summary>
public sealed class CommitProxy : TcpProxy
{
    private const int SslRequest = 80877103;
    private const int GssRequest = 80877104;

    private readonly ConcurrentQueue<Cut> _cuts = new();
    private int _commits;
    private int _withheld;

    private CommitProxy(int server) : base(server)
    {
    }

    /// <summary>How many COMMITs were seen.</summary>
    public int Commits => _commits;

    public static async Task<(CommitProxy Proxy, string Url)> BeforeAsync(TestDb database) =>
        Before(await PostgresServer.SharedAsync(), database.Url);

    /// <summary>A proxy before a server, and the URL by which a database of it is reached through the proxy.</summary>
    public static (CommitProxy Proxy, string Url) Before(PostgresServer server, string databaseUrl)
    {
        var proxy = new CommitProxy(server.Port);
        var url = new UriBuilder(databaseUrl) { Port = proxy.Port };
        // A prepared COMMIT would go by a name; this one is always spelled out.
        return (proxy, $"{url.Uri}?MaxAutoPrepare=0");
    }

    /// <summary>The next COMMIT is cut off so.</summary>
    public void Next(Cut cut) => _cuts.Enqueue(cut);

    /// <summary>Every COMMIT is withheld.</summary>
    public bool Withholds { get; set; }

    /// <summary>How many COMMITs were withheld.</summary>
    public int Withheld => Volatile.Read(ref _withheld);

    protected override async Task<bool> PassAsync(NetworkStream client, NetworkStream server)
    {
        var swallow = new StrongBox();
        await Task.WhenAny(FromClientAsync(client, server, swallow), FromServerAsync(client, server, swallow));
        return swallow.KeepServer;
    }

    private async Task FromServerAsync(NetworkStream client, NetworkStream server, StrongBox swallow)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            while (await server.ReadAsync(buffer, End) is var read and > 0)
            {
                if (swallow.Answers)
                {
                    swallow.Answered.TrySetResult();
                    continue;
                }

                await client.WriteAsync(buffer.AsMemory(0, read), End);
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
                    if (_cuts.TryDequeue(out var cut) || Withholds)
                    {
                        await CutAsync(Withholds ? Cut.Withheld : cut, message, client, server, swallow);
                        return;
                    }
                }

                await server.WriteAsync(message, End);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // One side has closed.
        }
    }

    /// <summary>What ends when this returns, is closed; see <see cref="PassAsync"/>.</summary>
    private async Task CutAsync(Cut cut, byte[] commit, NetworkStream client, NetworkStream server, StrongBox swallow)
    {
        if (cut == Cut.BeforeCommit)
        {
            return;
        }

        if (cut == Cut.Withheld)
        {
            Interlocked.Increment(ref _withheld);
            await Task.Delay(Timeout.Infinite, End);
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
            _ = Task.Delay(1_000, End).ContinueWith(_ => SendAsync(), TaskScheduler.Default);
        }

        async Task SendAsync()
        {
            foreach (var message in rest)
            {
                await server.WriteAsync(message, End);
            }
        }
    }

    private async Task<(byte[] Message, char Type)> ReadMessageAsync(NetworkStream stream, bool isTyped)
    {
        var head = new byte[isTyped ? 5 : 4];
        await stream.ReadExactlyAsync(head, End);
        var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(isTyped ? 1 : 0));
        var message = new byte[length + (isTyped ? 1 : 0)];
        head.CopyTo(message, 0);
        await stream.ReadExactlyAsync(message.AsMemory(head.Length), End);
        return (message, (char)message[0]);
    }

    private sealed class StrongBox
    {
        public TaskCompletionSource Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile bool Answers;

        public volatile bool KeepServer;
    }
}
