using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Tests.Fixtures;

/// <summary>The real <c>holdfast</c> as a process of its own, to be killed, paused and ended by its id.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private ServerProcess(ProcessStartInfo start, Uri address, string? input = null)
    {
        Address = address;
        Client = new HttpClient { BaseAddress = address };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Keep(e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            using var line = _process.StandardInput;
            line.Write(input is null ? "" : $"{input}\n");
        }
        catch (IOException)
        {
            // It has ended without reading; its exit code and output say why.
        }
    }

    public Uri Address { get; }

    /// <summary>Without a token.</summary>
    public HttpClient Client { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it has written so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>The database where nobody names one, in the working directory.</summary>
    public const string DefaultDatabase = "sqlite:data/holdfast.db";

    /// <summary>The assembly of the executable, beside the tests.</summary>
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "holdfast.dll");

    /// <summary>Starts <c>holdfast serve</c> over the database and returns when <c>/health/ready</c> says so.</summary>
    /// <param name="environment">Further environment variables: settings of the server.</param>
    public static Task<ServerProcess> StartAsync(string databaseUrl, IReadOnlyDictionary<string, string>? environment = null,
        int? port = null, params string[] args) =>
        Ports.StartAsync(() => ReadyAsync(Begin(databaseUrl, environment, port, args)));

    /// <summary>As a user's first start: with the demo store where the database is empty.</summary>
    public static Task<ServerProcess> StartWithDemoAsync(string databaseUrl, IReadOnlyDictionary<string, string>? environment = null) =>
        Ports.StartAsync(() => ReadyAsync(Begin(["serve"], databaseUrl, environment, null)));

    /// <summary>Starts <c>holdfast serve</c> in a folder, where it keeps its data as where nobody said otherwise.</summary>
    public static Task<ServerProcess> StartInAsync(string folder, IReadOnlyDictionary<string, string>? environment = null,
        params string[] args) =>
        Ports.StartAsync(() => ReadyAsync(Begin(["serve", "--empty", .. args], DefaultDatabase, environment, null, folder)));

    /// <summary>Starts <c>holdfast serve</c> so that it lives on when <see cref="Shell.LimitFileSize"/> takes its disk away.</summary>
    public static Task<ServerProcess> StartOnFailingDiskAsync(string databaseUrl, IReadOnlyDictionary<string, string> environment,
        params string[] args) =>
        Ports.StartAsync(() => ReadyAsync(Begin(["serve", "--empty", .. args], databaseUrl, environment, null, null,
            ["/bin/sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\""])));

    private static async Task<ServerProcess> ReadyAsync(ServerProcess server)
    {
        try
        {
            await server.ReadyAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>As <see cref="StartAsync"/>, without waiting.</summary>
    public static ServerProcess Begin(string databaseUrl, IReadOnlyDictionary<string, string>? environment = null, int? port = null,
        params string[] args) =>
        Begin(["serve", "--empty", .. args], databaseUrl, environment, port);

    private static ServerProcess Begin(string[] command, string databaseUrl, IReadOnlyDictionary<string, string>? environment, int? port,
        string? folder = null, string[]? by = null)
    {
        var address = $"http://127.0.0.1:{(port ?? Ports.Free()).ToString(CultureInfo.InvariantCulture)}";
        var start = Command(command, databaseUrl, environment, folder, by);
        start.Environment["ASPNETCORE_URLS"] = address;
        start.Environment.TryAdd("RATE_LIMITS", "off");
        return new ServerProcess(start, new Uri(address));
    }

    /// <summary>Runs another command of the executable to its end.</summary>
    /// <param name="input">A line for it to read; null: none.</param>
    public static async Task<(int ExitCode, string Output)> RunAsync(string[] args, string databaseUrl,
        IReadOnlyDictionary<string, string>? environment = null, double seconds = 300,
        string? input = null, string? folder = null)
    {
        await using var command = new ServerProcess(Command(args, databaseUrl, environment, folder), new Uri("http://127.0.0.1:1"), input);
        var code = await command.ExitAsync(seconds);
        return (code, command.Output);
    }

    public Task ReadyAsync() => Until.TrueAsync("the server is ready", async () =>
    {
        if (HasExited)
        {
            // Its output is complete only then.
            var code = await ExitAsync();
            var text = $"the server ended with {code.ToString(CultureInfo.InvariantCulture)}:\n{Output}";
            throw Output.Contains("cannot listen on", StringComparison.Ordinal) ? new EndedException(text)
                : new InvalidOperationException(text);
        }

        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            using var answer = await Client.GetAsync(new Uri(Address, "/health/ready"), limit.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    });

    /// <summary>SIGKILL; returns when the process is gone.</summary>
    public Task KillAsync()
    {
        Shell.Signal(_process, Shell.SigKill);
        return ExitAsync();
    }

    /// <summary>
    /// SIGTERM; the exit code. A minute is for a machine that is slow: the process ends within ten seconds of its own time.
    /// </summary>
    public Task<int> TerminateAsync()
    {
        Shell.Signal(_process, Shell.SigTerm);
        return ExitAsync();
    }

    /// <summary>
    /// SIGSTOP: it holds what it holds and does nothing. Returns when all its threads stand still, which takes a moment on a busy machine.
    /// </summary>
    public void Pause()
    {
        Shell.Stop(Id);
        Assert.True(SpinWait.SpinUntil(() => Shell.StandsStill(Id), TimeSpan.FromSeconds(60)), $"process {Id} does not stand still");
    }

    /// <summary>SIGCONT.</summary>
    public void Resume() => Shell.Signal(_process, Shell.SigCont);

    /// <summary>Its exit code, when it has ended. A killed process ends when the kernel lets it: not while it waits for a disk.</summary>
    public async Task<int> ExitAsync(double seconds = 60)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"process {Id} did not end within {seconds} s:\n{Output}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        // It may be paused, and end at any moment.
        Shell.Signal(_process, Shell.SigKill);
        await _process.WaitForExitAsync();

        _process.Dispose();
    }

    private static ProcessStartInfo Command(string[] args, string databaseUrl, IReadOnlyDictionary<string, string>? environment,
        string? folder, string[]? by = null)
    {
        var dotnet = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";
        string[] line = [.. by ?? [], dotnet, Executable, .. args];
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        start.Environment["DATABASE_URL"] = databaseUrl;
        start.Environment["RATE_LIMITS"] = "off";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        while (_output.Count > 5_000)
        {
            _output.TryDequeue(out _);
        }
    }
}
