using System.Diagnostics;
using System.Net;

namespace Holdfast.Bench;

/// <summary>A server in a process of its own: Holdfast as it is delivered, or the bare Kestrel beside it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Guard _guard;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _sampling;
    private long _peak;

    private ServerProcess(Process process, Guard guard, int port)
    {
        (_process, _guard, Port) = (process, guard, port);
        guard.Add(process.Id);
        _sampling = SampleAsync();
    }

    public int Port { get; }

    /// <summary>The most resident memory seen so far, in bytes; sampled five times a second.</summary>
    public long PeakMemory => Interlocked.Read(ref _peak);

    /// <summary><c>holdfast serve --empty</c> with its default logging, as JSON into a file.</summary>
    /// <param name="settings">More settings, by name.</param>
    public static Task<ServerProcess> HoldfastAsync(string databaseUrl, Guard guard, params (string Name, string Value)[] settings) =>
        HoldfastAsync(databaseUrl, guard, "api,worker", settings);

    /// <param name="roles">As <c>serve --roles</c> takes them.</param>
    public static Task<ServerProcess> HoldfastAsync(string databaseUrl, Guard guard, string roles,
        params (string Name, string Value)[] settings)
    {
        var port = Tool.FreePort();
        string[] args = [Path.Combine(AppContext.BaseDirectory, "holdfast.dll"), "serve", "--empty", "--log-format", "json", "--roles",
            roles];
        var environment = new Dictionary<string, string>
        {
            ["DATABASE_URL"] = databaseUrl,
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["RATE_LIMITS"] = "off",
            ["ORDER_MAILS"] = "off"
        };
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        return StartAsync(port, "/health/ready", guard, $"holdfast-{port}", args, environment);
    }

    public static Task<ServerProcess> BareKestrelAsync(int answerBytes, Guard guard)
    {
        var port = Tool.FreePort();
        string[] args =
            [Path.Combine(AppContext.BaseDirectory, "Holdfast.Bench.dll"), "--bare-kestrel", "--port", $"{port}", "--answer-bytes",
            $"{answerBytes}"];
        return StartAsync(port, "/", guard, $"bare-kestrel-{port}", args, []);
    }

    /// <summary>SIGSTOP.</summary>
    public void Pause() => Tool.Signal(_process, 19);

    /// <summary>SIGCONT.</summary>
    public void Resume() => Tool.Signal(_process, 18);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _sampling;
        await Tool.StopAsync(_process);
        _guard.Drop(_process.Id);
        _process.Dispose();
        _end.Dispose();
    }

    private static async Task<ServerProcess> StartAsync(
        int port, string probe, Guard guard, string name, string[] args, Dictionary<string, string> settings)
    {
        var logPath = Path.Combine(guard.Folder, $"{name}.log");
        // Through the shell, the log goes to the file without passing through this process, which would take a part of the machine.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec dotnet \"$@\" > \"$LOG\" 2>&1", "sh", .. args])
        {
            WorkingDirectory = guard.Folder,
        };
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        start.Environment["LOG"] = logPath;
        var process = Process.Start(start)!;
        var server = new ServerProcess(process, guard, port);
        try
        {
            await WaitAsync(process, $"http://127.0.0.1:{port}{probe}", logPath);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private static async Task WaitAsync(Process process, string url, string logPath)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri(url));
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (clock.Elapsed < TimeSpan.FromSeconds(60) && !process.HasExited)
            {
                // Not listening yet.
            }

            if (clock.Elapsed > TimeSpan.FromSeconds(60))
            {
                throw new BenchException($"the server does not answer on {url}; see {logPath}");
            }

            await Task.Delay(100);
        }
    }

    private async Task SampleAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                _process.Refresh();
                Interlocked.Exchange(ref _peak, Math.Max(Interlocked.Read(ref _peak), _process.HasExited ? 0 : _process.WorkingSet64));
            }
        }
        catch (OperationCanceledException)
        {
            // The server is being stopped.
        }
    }
}
