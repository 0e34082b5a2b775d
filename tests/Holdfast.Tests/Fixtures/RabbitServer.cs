using System.Diagnostics;
using System.Globalization;
using Holdfast.Tests.Fixtures;
using RabbitMQ.Client;

[assembly: AssemblyFixture(typeof(RabbitServerOfTheRun))]

namespace Holdfast.Tests.Fixtures;

/// <summary>
/// A RabbitMQ of the tests' own, from Debian's package: everything in a temporary folder, free loopback ports, a port mapper of its own. As
/// with <see cref="PostgresServer"/> a small shell ends it when this process ends, however that happens.
/// </summary>
public sealed class RabbitServer : IRevivable
{
    private const string Install = "RabbitMQ is not installed: apt-get install rabbitmq-server";

    private const string Watch = """
        trap '' INT TERM HUP
        cat > /dev/null
        # What works in our folder is ours: of what was killed the number may be another process's by now.
        for file in "$0/pid" "$0/epmd"; do
            pid=$(cat "$file" 2>/dev/null)
            while [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$0" ]; do kill -KILL "$pid" 2>/dev/null; sleep 0.1; done
        done
        rm -rf "$0"
        """;

    private static readonly SharedServer<RabbitServer> Shared = new(() => StartAsync());

    private readonly string _folder;
    private readonly int _ports = Ports.Free();
    private readonly int _nodes = Ports.Free();
    private readonly Process _watch;
    private Process? _mapper;
    private Process? _server;

    private RabbitServer(string folder)
    {
        (_folder, Port) = (folder, Ports.Free());
        _watch = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Watch, folder]) { RedirectStandardInput = true })!;
    }

    public int Port { get; }

    public int ManagementPort { get; } = Ports.Free();

    /// <summary>
    /// The number of the node, which the script that we started waits for: null before it has been written, which is early in its start,
    /// and when it has ended, since the number may then be another process's.
    /// </summary>
    public int? ProcessId => _server is { HasExited: false } && File.Exists($"{_folder}/pid")
        && int.TryParse(File.ReadAllText($"{_folder}/pid"), CultureInfo.InvariantCulture, out var id) ? id : null;

    public string Url => $"amqp://guest:guest@127.0.0.1:{Port}";

    private static string? Scripts { get; } = Directory.Exists("/usr/lib/rabbitmq/lib")
        ? Directory.GetDirectories("/usr/lib/rabbitmq/lib", "rabbitmq_server-*").Select(d => $"{d}/sbin")
        .FirstOrDefault(d => File.Exists($"{d}/rabbitmq-server")) : null;

    public static bool IsInstalled => Scripts is not null;

    /// <summary>Skips the calling test, aloud, where it is not installed.</summary>
    public static void Require() => Assert.SkipWhen(Scripts is null, Install);

    /// <summary>The server that the tests of this run share, started when first asked for.</summary>
    public static Task<RabbitServer> SharedAsync()
    {
        Require();
        return Shared.TakeAsync();
    }

    /// <summary>A server of one test's own, for those that stop it.</summary>
    /// <param name="isManaged">With its management plugin, on <see cref="ManagementPort"/>.</param>
    public static Task<RabbitServer> StartAsync(bool isManaged = false) => Ports.StartAsync(() => StartOnceAsync(isManaged));

    private static async Task<RabbitServer> StartOnceAsync(bool isManaged)
    {
        Require();
        var server = new RabbitServer(Directory.CreateTempSubdirectory("holdfast-rabbit-").FullName);
        try
        {
            if (isManaged)
            {
                await File.WriteAllTextAsync($"{server._folder}/plugins", "[rabbitmq_management].\n");
                await File.WriteAllTextAsync($"{server._folder}/rabbitmq.conf",
                    $"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {server.ManagementPort}\n");
            }

            if (Shell.IsRoot)
            {
                await Shell.RunAsync("chown", "rabbitmq", server._folder);
            }

            await server.StartProcessAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it after a <see cref="KillAsync"/>; returns when it takes connections.</summary>
    public Task StartServerAsync() => Ports.StartAgainAsync(StartProcessAsync);

    public async Task ReviveAsync()
    {
        if (ProcessId is not null)
        {
            Resume();
            if (await AnswersAsync())
            {
                return;
            }

            await KillAsync();
        }

        await StartServerAsync();
    }

    private async Task StartProcessAsync()
    {
        await MapAsync();
        File.Delete($"{_folder}/pid");
        var start = Command($"{Scripts}/rabbitmq-server");
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        var process = _server = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await Until.TrueAsync("RabbitMQ takes connections", async () => process.HasExited
            ? throw new EndedException($"RabbitMQ did not start: {await output}{await errors}")
            : ProcessId is not null && await AnswersAsync(), 400);
    }

    /// <summary>The port mapper, without which no server starts.</summary>
    private async Task MapAsync()
    {
        if (_mapper is { HasExited: false })
        {
            return;
        }

        _mapper?.Dispose();
        _mapper = Process.Start(Command("epmd", "-port", _ports.ToString(CultureInfo.InvariantCulture), "-address", "127.0.0.1"))!;
        await File.WriteAllTextAsync($"{_folder}/epmd", _mapper.Id.ToString(CultureInfo.InvariantCulture));
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = await ConnectAsync();
            return true;
        }
        catch (Exception e)
            when (e is RabbitMQ.Client.Exceptions.BrokerUnreachableException or TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>SIGKILL; returns when it is gone. What it has confirmed it has on disk.</summary>
    public async Task KillAsync()
    {
        if (ProcessId is { } id)
        {
            Shell.Signal(id, Shell.SigKill);
            await _server!.WaitForExitAsync();
            await Until.TrueAsync("RabbitMQ is gone", () => Shell.IsGone(id));
        }
    }

    /// <summary>SIGSTOP: connections stay, nothing answers.</summary>
    public void Pause() =>
        Shell.Stop(ProcessId ?? throw new InvalidOperationException("RabbitMQ, which was to be paused, has been killed"));

    /// <summary>SIGCONT.</summary>
    public void Resume()
    {
        if (ProcessId is { } id)
        {
            Shell.Signal(id, Shell.SigCont);
        }
    }

    /// <summary>Runs <c>rabbitmqctl</c>.</summary>
    public Task<string> ControlAsync(params string[] args) => Shell.RunAsync(Command($"{Scripts}/rabbitmqctl", ["-q", .. args]));

    /// <summary>A virtual host of a test's own: its exchanges and queues are nobody else's. Its URL.</summary>
    public async Task<string> HostAsync()
    {
        var name = $"t{Guid.CreateVersion7():N}";
        await ControlAsync("add_vhost", name);
        await ControlAsync("set_permissions", "-p", name, "guest", ".*", ".*", ".*");
        return $"{Url}/{name}";
    }

    public async Task<IConnection> ConnectAsync(string? url = null)
    {
        // Whatever else listens there may say nothing at all, for which the client would wait for ever.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await new ConnectionFactory { Uri = new Uri(url ?? Url), AutomaticRecoveryEnabled = false }.CreateConnectionAsync(
            limit.Token).WaitAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        _watch.StandardInput.Close();
        await _watch.WaitForExitAsync();
        _watch.Dispose();
        _mapper?.Dispose();
        _server?.Dispose();
    }

    internal static ValueTask EndAsync() => Shared.DisposeAsync();

    // As root it would write files that the user rabbitmq cannot read, and epmd would refuse.
    private ProcessStartInfo Command(string program, params string[] args)
    {
        var start = Shell.IsRoot ? new ProcessStartInfo("setpriv", ["--reuid=rabbitmq", "--init-groups", "--", program, .. args])
            : new ProcessStartInfo(program, args);
        start.WorkingDirectory = _folder;
        var (port, node) = (Port.ToString(CultureInfo.InvariantCulture), $"holdfast{Port}@localhost");
        foreach (var (name, value) in new[] { ("HOME", _folder), ("ERL_EPMD_PORT", _ports.ToString(CultureInfo.InvariantCulture)),
            ("ERL_EPMD_ADDRESS", "127.0.0.1"),
            ("RABBITMQ_NODENAME", node), ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"), ("RABBITMQ_NODE_PORT", port),
                ("RABBITMQ_DIST_PORT", _nodes.ToString(CultureInfo.InvariantCulture)),
            ("RABBITMQ_MNESIA_BASE", $"{_folder}/data"), ("RABBITMQ_LOG_BASE", $"{_folder}/log"),
                ("RABBITMQ_ENABLED_PLUGINS_FILE", $"{_folder}/plugins"),
            ("RABBITMQ_CONFIG_FILE", $"{_folder}/rabbitmq"), ("RABBITMQ_CONF_ENV_FILE", $"{_folder}/env"),
                ("RABBITMQ_GENERATED_CONFIG_DIR", $"{_folder}/config"),
            ("RABBITMQ_FEATURE_FLAGS_FILE", $"{_folder}/flags"), ("RABBITMQ_PID_FILE", $"{_folder}/pid"), ("LANG", "C.UTF-8") })
        {
            start.Environment[name] = value;
        }

        return start;
    }
}

/// <summary>Ends the shared server with the test run.</summary>
public sealed class RabbitServerOfTheRun : IAsyncDisposable
{
    public ValueTask DisposeAsync() => RabbitServer.EndAsync();
}
