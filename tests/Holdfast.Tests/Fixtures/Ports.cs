using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Tests.Fixtures;

/// <summary>
/// Loopback ports for servers that tests start. A port that was free when it was chosen can be taken before the server listens, by a
/// program that knows nothing of these tests: then <see cref="StartAsync"/> starts the server again on another one.
/// </summary>
public static class Ports
{
    private const int Tries = 5;

    // A server that is being restarted does not listen for a while; its port is still its own.
    private static readonly ConcurrentDictionary<int, bool> _given = new();

    // Other runs of the tests on this machine see by this file what is ours: the kernel keeps the locks, a byte for each port, until this
    // process ends.
    private static readonly FileStream _claims = new(Claims, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);

    /// <summary>The file of the claims.</summary>
    public static string Claims => Path.Combine(Path.GetTempPath(), $"holdfast-ports-{Environment.UserName}");

    private static readonly AsyncLocal<ConcurrentQueue<int>?> _next = new();

    /// <summary>
    /// A port that was free a moment ago and that nobody else in this process or in another run of the tests was given, outside the range
    /// from which the system gives ports to clients: a client that tries to reach a server that is away could otherwise be given the
    /// server's own port, connect to itself and keep the server from coming back.
    /// </summary>
    public static int Free()
    {
        if (_next.Value is { } planned && planned.TryDequeue(out var next))
        {
            return next;
        }

        using var listener = Listen();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A listener on such a port, for those who need not give it to another process.</summary>
    public static TcpListener Listen()
    {
        while (true)
        {
            var port = Random.Shared.Next(15_000, 32_000);
            if (!_given.TryAdd(port, true) || !Claim(port))
            {
                continue;
            }

            var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return listener;
            }
            catch (SocketException)
            {
                // Taken; try another.
                listener.Dispose();
            }
        }
    }

    /// <summary>
    /// What <see cref="Free"/> gives next to the caller, and to nobody else: for tests of what happens when a port has been taken.
    /// </summary>
    public static void Next(params int[] ports) => _next.Value = new ConcurrentQueue<int>(ports);

    /// <summary>Starts a server on ports of its choice; again, some times, when it ended before it answered.</summary>
    internal static async Task<T> StartAsync<T>(Func<Task<T>> start)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await start();
            }
            catch (EndedException) when (tries < Tries)
            {
                // Its port may have been taken. What else keeps it from starting does so the next time.
            }
        }
    }

    /// <summary>As <see cref="StartAsync"/> where the port must stay the same: whoever has it may give it back.</summary>
    internal static async Task StartAgainAsync(Func<Task> start)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await start();
                return;
            }
            catch (EndedException) when (tries < Tries)
            {
                // A server that was killed leaves processes behind that end a moment later and keep what the next one needs.
                await Task.Delay(200 * tries);
            }
        }
    }

    private static bool Claim(int port)
    {
        if (OperatingSystem.IsMacOS())
        {
            return true;
        }

        try
        {
            _claims.Lock(port, 1);
            return true;
        }
        catch (IOException)
        {
            // Another run has it.
            return false;
        }
    }
}

/// <summary>A server ended while its fixture waited for it to answer.</summary>
internal sealed class EndedException(string message) : Exception(message);
