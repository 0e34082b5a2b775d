using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Holdfast.Platform.Data;

namespace Holdfast.Commands.Shop;

/// <summary>
/// This same program as a server in a child process, on a free port of the loopback; it can be killed and started again there.
/// </summary>
internal sealed class ChildServer : IAsyncDisposable
{
    private const int KeptLines = 40;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly HttpClient _probe;
    private Process? _process;

    private ChildServer(Uri address, IReadOnlyDictionary<string, string> environment)
    {
        (Address, _environment) = (address, environment);
        _probe = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(2) };
    }

    public Uri Address { get; }

    /// <summary>Starts the server over the database and returns when it answers that it is ready.</summary>
    public static async Task<ChildServer> StartAsync(string databaseUrl, IReadOnlyDictionary<string, string> settings, CancellationToken ct)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort().ToString(CultureInfo.InvariantCulture)}");
        var server = new ChildServer(address,
            new Dictionary<string, string>(settings) { ["DATABASE_URL"] = databaseUrl, ["ASPNETCORE_URLS"] = address.ToString() });
        try
        {
            await server.StartAgainAsync(ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it (again) on its port and waits until it is ready.</summary>
    public async Task StartAgainAsync(CancellationToken ct)
    {
        _process?.Dispose();
        _process = Begin();
        var started = Stopwatch.GetTimestamp();
        while (!await IsReadyAsync(ct))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > StartLimit)
            {
                throw new StartupException($"the server did not start:\n{string.Join('\n', _lines)}");
            }

            await Task.Delay(20, ct);
        }
    }

    /// <summary>SIGKILL (elsewhere what comes nearest); returns when the process is gone.</summary>
    public async Task KillAsync()
    {
        if (_process is { HasExited: false } running)
        {
            running.Kill();
            await running.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>What another command of this program says, and its exit code.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string databaseUrl, IReadOnlyList<string> arguments,
        CancellationToken ct)
    {
        using var process = Process.Start(StartInfo(arguments, new Dictionary<string, string> { ["DATABASE_URL"] = databaseUrl }))!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var errors = process.StandardError.ReadToEndAsync(ct);
        try
        {
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, (await output + await errors).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        _probe.Dispose();
    }

    private Process Begin()
    {
        var process = new Process { StartInfo = StartInfo(["serve", "--empty"], _environment) };
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static ProcessStartInfo StartInfo(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var name = typeof(Server).Assembly.GetName().Name;
        var own = Path.Combine(AppContext.BaseDirectory, $"{name}.dll");
        var host = Environment.ProcessPath;
        // A single file has no dll beside it, whatever somebody has called it.
        var isOwnHost = host is not null && (Path.GetFileNameWithoutExtension(host) == name || !File.Exists(own));
        var dotnet = host is not null && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
        var start = isOwnHost ? new ProcessStartInfo(host!, arguments) : new ProcessStartInfo(dotnet, [own, .. arguments]);
        (start.RedirectStandardOutput, start.RedirectStandardError, start.RedirectStandardInput) = (true, true, true);
        foreach (var (setting, value) in environment)
        {
            start.Environment[setting] = value;
        }

        return start;
    }

    private async Task<bool> IsReadyAsync(CancellationToken ct)
    {
        try
        {
            using var answer = await _probe.GetAsync(new Uri(Address, "/health/ready"), ct);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (ShopClient.IsOutage(e, ct))
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        _lines.Enqueue(line);
        while (_lines.Count > KeptLines)
        {
            _lines.TryDequeue(out _);
        }
    }

    // Outside the range from which the system gives ports to clients: a client that tries to reach the server while it is away could
    // otherwise be given the server's own port, connect to itself and keep the server from coming back.
    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(15_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; try another.
            }
        }
    }
}
