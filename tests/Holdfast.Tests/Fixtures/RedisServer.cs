using System.Diagnostics;
using System.Globalization;
using Holdfast.Configuration;
using Holdfast.Platform.Caching;
using Holdfast.Platform.Caching.Redis;
using StackExchange.Redis;

namespace Holdfast.Tests.Fixtures;

/// <summary>
/// A Redis of a test's own, from the installed binary: data in a temporary folder, a free loopback port, to be killed, paused and started
/// again. A small shell watches over it: when this process ends, however that happens, the server is stopped and the folder removed.
/// </summary>
public sealed class RedisServer : IRevivable
{
    private const string Install = "redis-server is not installed: apt-get install redis-server";

    // Reads until its standard input closes, which the kernel does when the test process dies.
    private const string Watch = """
        trap '' INT TERM HUP
        cat > /dev/null
        pid=$(cat "$0/pid" 2>/dev/null)
        ours() { [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$0" ]; }
        ours && kill -KILL "$pid" 2>/dev/null
        while ours; do sleep 0.1; done
        rm -rf "$0"
        """;

    private static readonly bool IsInstalled = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/bin")
        .Any(d => d.Length > 0 && File.Exists($"{d}/redis-server"));

    private readonly string _folder = Directory.CreateTempSubdirectory("holdfast-redis-").FullName;
    private readonly string[] _arguments;
    private readonly Process _watch;
    private Process? _server;

    private RedisServer(string[] arguments)
    {
        _arguments = arguments;
        _watch = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Watch, _folder]) { RedirectStandardInput = true })!;
    }

    public int Port { get; } = Ports.Free();

    public int? ProcessId => _server is { HasExited: false } running ? running.Id : null;

    public RedisOptions Options => new("127.0.0.1", Port);

    /// <summary>Skips the calling test, aloud, where it is not installed.</summary>
    public static void Require() => Assert.SkipWhen(!IsInstalled, Install);

    /// <param name="arguments">Further configuration, such as <c>--maxmemory 3mb</c>.</param>
    public static Task<RedisServer> StartAsync(params string[] arguments) => Ports.StartAsync(async () =>
    {
        Require();
        var server = new RedisServer(arguments);
        try
        {
            await server.StartProcessAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    });

    /// <summary>Settings of a server that uses it.</summary>
    public Settings Settings(Func<CacheOptions, CacheOptions>? change = null, int? port = null)
    {
        var options = new CacheOptions { Redis = Options with { Port = port ?? Port } };
        return new Settings { RateLimits = false, Cache = change?.Invoke(options) ?? options };
    }

    /// <summary>Starts it after a <see cref="KillAsync"/>.</summary>
    public Task StartServerAsync() => Ports.StartAgainAsync(StartProcessAsync);

    public async Task ReviveAsync()
    {
        if (_server is { HasExited: false })
        {
            Resume();
            if (await AnswersAsync(60))
            {
                return;
            }

            await KillAsync();
        }

        await StartServerAsync();
    }

    private async Task StartProcessAsync()
    {
        var start = new ProcessStartInfo("redis-server",
            ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder, "--save", "",
            "--pidfile", $"{_folder}/pid.own", "--logfile", $"{_folder}/log", .. _arguments])
        { RedirectStandardInput = true };
        var server = _server = Process.Start(start)!;
        await File.WriteAllTextAsync($"{_folder}/pid", server.Id.ToString(CultureInfo.InvariantCulture));
        await Until.TrueAsync("Redis answers", async () => server.HasExited
            ? throw new EndedException(
            $"Redis did not start: {(File.Exists($"{_folder}/log") ? await File.ReadAllTextAsync($"{_folder}/log") : "")}")
            : await AnswersAsync(5));
    }

    /// <summary>Whether it answers, and not somebody else's on the same port.</summary>
    private async Task<bool> AnswersAsync(int seconds)
    {
        try
        {
            // Somebody else's may be no Redis and say nothing at all.
            string[] ask = [seconds.ToString(CultureInfo.InvariantCulture), "redis-cli", "-p", Port.ToString(CultureInfo.InvariantCulture),
                "INFO", "server"];
            return (await Shell.RunAsync("timeout", ask)).Contains($"process_id:{_server!.Id.ToString(CultureInfo.InvariantCulture)}\r",
                StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>What redis-cli says to a command.</summary>
    public async Task<string> CliAsync(params string[] command) =>
        (await Shell.RunAsync("redis-cli", ["-p", Port.ToString(CultureInfo.InvariantCulture), .. command])).TrimEnd('\n');

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
        if (_server is { } running)
        {
            Shell.Signal(running, Shell.SigKill);
            await running.WaitForExitAsync();
            running.Dispose();
            _server = null;
        }
    }

    /// <summary>SIGSTOP: connections stay, and nothing is answered.</summary>
    public void Pause() => Shell.Stop(_server!.Id);

    public void Resume() => Shell.Signal(_server!, Shell.SigCont);

    public async ValueTask DisposeAsync()
    {
        _watch.StandardInput.Close();
        await _watch.WaitForExitAsync();
        _watch.Dispose();
        _server?.Dispose();
    }

    private async Task<Client> ClientAsync() =>
        new(await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}"));

    private sealed record Client(ConnectionMultiplexer Connection) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            Connection.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
