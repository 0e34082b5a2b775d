using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Holdfast.Platform.Caching;
using StackExchange.Redis;

namespace Holdfast.Tests.Fixtures;

/// <summary>
/// A Redis of a test's own, from the installed binary: data in a temporary folder, a free loopback port, to be killed, paused and started again.
/// A small shell watches over it: when this process ends, however that happens, the server is stopped and the folder removed.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Install = "redis-server is not installed: apt-get install redis-server";

    // Reads until its standard input closes, which the kernel does when the test process dies.
    private const string Watch = """
        trap '' INT TERM HUP
        cat > /dev/null
        kill -KILL "$(cat "$0/pid" 2>/dev/null)" 2>/dev/null
        sleep 0.1
        rm -rf "$0"
        """;

    private static readonly bool IsInstalled = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/bin").Any(d => d.Length > 0 && File.Exists($"{d}/redis-server"));

    private readonly string _folder = Directory.CreateTempSubdirectory("holdfast-redis-").FullName;
    private readonly string[] _arguments;
    private readonly Process _watch;
    private Process? _server;

    private RedisServer(string[] arguments)
    {
        _arguments = arguments;
        _watch = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Watch, _folder]) { RedirectStandardInput = true })!;
    }

    public int Port { get; } = Shell.FreePort();

    public RedisOptions Options => new("127.0.0.1", Port);

    /// <summary>Skips the calling test, aloud, where it is not installed.</summary>
    public static void Require() => Assert.SkipWhen(!IsInstalled, Install);

    /// <param name="arguments">Further configuration, such as <c>--maxmemory 3mb</c>.</param>
    public static async Task<RedisServer> StartAsync(params string[] arguments)
    {
        Require();
        var server = new RedisServer(arguments);
        await server.StartServerAsync();
        return server;
    }

    /// <summary>Settings of a server that uses it.</summary>
    public Settings Settings(Func<CacheOptions, CacheOptions>? change = null, int? port = null)
    {
        var options = new CacheOptions { Redis = Options with { Port = port ?? Port } };
        return new Settings { RateLimits = false, Cache = change?.Invoke(options) ?? options };
    }

    public async Task StartServerAsync()
    {
        var start = new ProcessStartInfo("redis-server", ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder, "--save", "",
            "--pidfile", $"{_folder}/pid.own", "--logfile", $"{_folder}/log", .. _arguments]) { RedirectStandardInput = true };
        _server = Process.Start(start)!;
        await File.WriteAllTextAsync($"{_folder}/pid", _server.Id.ToString(CultureInfo.InvariantCulture));
        await Until.TrueAsync("Redis answers", async () =>
        {
            try
            {
                return (await CliAsync("PING")).Contains("PONG", StringComparison.Ordinal);
            }
            catch (Exception e) when (e is SocketException or InvalidOperationException)
            {
                return false;
            }
        }, 30);
    }

    /// <summary>What redis-cli says to a command.</summary>
    public async Task<string> CliAsync(params string[] command) => (await Shell.RunAsync("redis-cli", ["-p", Port.ToString(CultureInfo.InvariantCulture), .. command])).TrimEnd('\n');

    public async Task<byte[]?> GetAsync(string key)
    {
        await using var client = await ClientAsync();
        return (byte[]?)await client.Connection.GetDatabase().StringGetAsync(key);
    }

    public async Task SetAsync(string key, byte[] value)
    {
        await using var client = await ClientAsync();
        await client.Connection.GetDatabase().StringSetAsync(key, value, TimeSpan.FromMinutes(5));
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        Shell.Signal(_server!.Id, Shell.SigKill);
        await _server.WaitForExitAsync();
        _server.Dispose();
        _server = null;
    }

    /// <summary>SIGSTOP: connections stay, and nothing is answered.</summary>
    public void Pause() => Shell.Signal(_server!.Id, Shell.SigStop);

    public void Resume() => Shell.Signal(_server!.Id, Shell.SigCont);

    public async ValueTask DisposeAsync()
    {
        _watch.StandardInput.Close();
        await _watch.WaitForExitAsync();
        _watch.Dispose();
        _server?.Dispose();
    }

    private async Task<Client> ClientAsync() => new(await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}"));

    private sealed record Client(ConnectionMultiplexer Connection) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            Connection.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
