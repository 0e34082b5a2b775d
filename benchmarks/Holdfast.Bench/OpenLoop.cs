using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Holdfast.Bench;

/// <summary>What an open loop saw: times from the moment each request was due until its whole answer was there.</summary>
internal sealed record OpenLoopResult(double P50Milliseconds, double P99Milliseconds, long Placed, long Other);

/// <summary>
/// A client that sends at a fixed rate whatever the server does, as buyers do. A request that is due while all connections are waiting
/// counts from when it was due, so a stall of the server shows in every request that it delayed (no coordinated omission).
/// </summary>
internal sealed class OpenLoop(int port, double perSecond)
{
    private const int Connections = 256;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static int _runs;

    private readonly Channel<long> _due = Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly List<double> _times = [];
    private readonly string _run = $"open-{Environment.ProcessId:x}-{Interlocked.Increment(ref _runs):x}";
    private long _counter;
    private long _placed;
    private long _other;

    public async Task<OpenLoopResult> RunAsync(TimeSpan warmUp, TimeSpan measured)
    {
        using var late = new CancellationTokenSource(warmUp + measured + Grace);
        var countFrom = Stopwatch.GetTimestamp() + (long)(warmUp.TotalSeconds * Stopwatch.Frequency);
        var connections = Enumerable.Range(0, Connections).Select(_ => Task.Run(() => ServeAsync(countFrom, late.Token))).ToArray();
        await PaceAsync(warmUp + measured);
        _due.Writer.Complete();
        var lost = 0L;
        try
        {
            await Task.WhenAll(connections);
        }
        catch (OperationCanceledException)
        {
            lost = _due.Reader.Count;
        }

        return new(Statistics.Percentile(_times, 0.50), Statistics.Percentile(_times, 0.99), _placed, _other + lost);
    }

    /// <summary>An order of one piece, as place.lua writes it.</summary>
    public static string Body(int item, int customer) => $$"""
        {"storeId":"{{Shop.Store}}","lines":[{"variantId":"{{Shop.Variant(item)}}","quantity":1}],"deliveryAddress":{{Shop.Address(customer)}},
        "contactPhone":"{{Shop.Phone}}","customer":{"email":"{{Shop.Email(customer)}}","name":"{{Shop.CustomerName(customer)}}"},"paymentMethod":"online"}
        """.Replace("\n", "", StringComparison.Ordinal);

    private async Task PaceAsync(TimeSpan total)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        var start = Stopwatch.GetTimestamp();
        var ticksEach = Stopwatch.Frequency / perSecond;
        var sent = 0L;
        while (Stopwatch.GetElapsedTime(start) < total && await timer.WaitForNextTickAsync())
        {
            for (var now = Stopwatch.GetTimestamp(); start + (long)(sent * ticksEach) <= now; sent++)
            {
                _ = _due.Writer.TryWrite(start + (long)(sent * ticksEach));
            }
        }
    }

    private async Task ServeAsync(long countFrom, CancellationToken ct)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), ct);
        var buffer = new byte[16 * 1024];
        await foreach (var due in _due.Reader.ReadAllAsync(ct))
        {
            await socket.SendAsync(buffer.AsMemory(0, Write(buffer)), ct);
            var status = await ReadAsync(socket, buffer, ct);
            var took = Stopwatch.GetElapsedTime(due);
            Count(status, due >= countFrom, took);
        }
    }

    private void Count(int status, bool counts, TimeSpan took)
    {
        lock (_times)
        {
            if (status != 201)
            {
                _other++;
            }
            else if (counts)
            {
                _placed++;
                _times.Add(took.TotalMilliseconds);
            }
        }
    }

    private int Write(byte[] buffer)
    {
        var n = Interlocked.Increment(ref _counter);
        var body = Body(0, Random.Shared.Next(Shop.Customers));
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"POST /api/v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nIdempotency-Key: {_run}-{n}\r\n"
            + $"Content-Length: {body.Length}\r\n\r\n{body}"),
            buffer);
    }

    /// <summary>Reads one answer to its end and returns its status. The server tells the length, or sends chunks.</summary>
    private static async Task<int> ReadAsync(Socket socket, byte[] buffer, CancellationToken ct)
    {
        var got = 0;
        while (true)
        {
            var n = await socket.ReceiveAsync(buffer.AsMemory(got), ct);
            if (n == 0)
            {
                throw new BenchException("the server closed a connection");
            }

            got += n;
            var head = buffer.AsSpan(0, got).IndexOf("\r\n\r\n"u8);
            if (head >= 0 && IsWhole(buffer.AsSpan(0, head), buffer.AsSpan(head + 4, got - head - 4)))
            {
                return (buffer[9] - '0') * 100 + (buffer[10] - '0') * 10 + buffer[11] - '0';
            }
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        var at = head.IndexOf("Content-Length: "u8);
        if (at < 0)
        {
            return body.EndsWith("0\r\n\r\n"u8);
        }

        var digits = head[(at + "Content-Length: ".Length)..];
        var end = digits.IndexOf((byte)'\r');
        return body.Length >= int.Parse(end < 0 ? digits : digits[..end], CultureInfo.InvariantCulture);
    }
}
