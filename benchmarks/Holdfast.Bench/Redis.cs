using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.Bench;

/// <summary>A Redis of our own on loopback, which keeps nothing on disk.</summary>
internal sealed class Redis : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Guard _guard;

    private Redis(Process process, Guard guard, int port) => (_process, _guard, Port) = (process, guard, port);

    public int Port { get; }

    public string Url => $"redis://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

    public static async Task<Redis> StartAsync(Guard guard)
    {
        var port = Tool.FreePort();
        string[] args = ["--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--save", "", "--appendonly", "no",
            "--dir", guard.Folder,
            "--logfile", Path.Combine(guard.Folder, $"redis-{port}.log")];
        var process = Process.Start(new ProcessStartInfo("redis-server", args) { WorkingDirectory = guard.Folder })
            ?? throw new BenchException("redis-server cannot be started");
        guard.Add(process.Id);
        var redis = new Redis(process, guard, port);
        var clock = Stopwatch.StartNew();
        while (!await redis.AnswersAsync())
        {
            if (process.HasExited || clock.Elapsed > TimeSpan.FromSeconds(20))
            {
                throw new BenchException("redis-server does not answer");
            }

            await Task.Delay(50);
        }

        return redis;
    }

    /// <summary>Ends it at once, without a word to its clients.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _guard.Drop(_process.Id);
        _process.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray());
            var buffer = new byte[16];
            return Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer)).StartsWith("+PONG", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
