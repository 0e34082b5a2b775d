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
public sealed class RabbitServer : IAsyncDisposable
{
    private const string Install = "RabbitMQ is not installed: apt-get install rabbitmq-server";

    private const string Watch = """
        trap '' INT TERM HUP
        cat > /dev/null
        for file in "$0/pid" "$0/epmd"; do
            [ -s "$file" ] && kill -KILL "$(cat "$file")" 2>/dev/null
        done
        sleep 0.2
        rm -rf "$0"
        """;

    private static readonly Lazy<Task<RabbitServer>> Shared = new(() => StartAsync());

    private readonly string _folder;
    private readonly int _ports = Shell.FreePort();
    private readonly int _nodes = Shell.FreePort();
    private readonly Process _watch;
    private Process? _mapper;

    private RabbitServer(string folder)
    {
        (_folder, Port) = (folder, Shell.FreePort());
        _watch = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Watch, folder]) { RedirectStandardInput = true })!;
    }

    public int Port { get; }

    public int ManagementPort { get; } = Shell.FreePort();

    public string Url => $"amqp://guest:guest@127.0.0.1:{Port}";

    private static string? Scripts { get; } = Directory.Exists("/usr/lib/rabbitmq/lib")
        ? Directory.GetDirectories("/usr/lib/rabbitmq/lib", "rabbitmq_server-*").Select(d => $"{d}/sbin").FirstOrDefault(d => File.Exists($"{d}/rabbitmq-server")) : null;

    public static bool IsInstalled => Scripts is not null;

    /// <summary>Skips the calling test, aloud, where it is not installed.</summary>
    public static void Require() => Assert.SkipWhen(Scripts is null, Install);

    /// <summary>The server that the tests of this run share, started when first asked for.</summary>
    public static Task<RabbitServer> SharedAsync()
    {
        Require();
        return Shared.Value;
    }

    /// <summary>A server of one test's own, for those that stop it.</summary>
    /// <param name="isManaged">With its management plugin, on <see cref="ManagementPort"/>.</param>
    public static async Task<RabbitServer> StartAsync(bool isManaged = false)
    {
        Require();
        var server = new RabbitServer(Directory.CreateTempSubdirectory("holdfast-rabbit-").FullName);
        try
        {
            if (isManaged)
            {
                await File.WriteAllTextAsync($"{server._folder}/plugins", "[rabbitmq_management].\n");
                await File.WriteAllTextAsync($"{server._folder}/rabbitmq.conf", $"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {server.ManagementPort}\n");
            }

            if (Shell.IsRoot)
            {
                await Shell.RunAsync("chown", "rabbitmq", server._folder);
            }

            server._mapper = Process.Start(server.Command("epmd", "-port", server._ports.ToString(CultureInfo.InvariantCulture), "-address", "127.0.0.1"))!;
            await File.WriteAllTextAsync($"{server._folder}/epmd", server._mapper.Id.ToString(CultureInfo.InvariantCulture));
            await server.StartServerAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, again after a <see cref="KillAsync"/>; returns when it takes connections.</summary>
    public async Task StartServerAsync()
    {
        File.Delete($"{_folder}/pid");
        var start = Command($"{Scripts}/rabbitmq-server");
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        await Until.TrueAsync("RabbitMQ takes connections", async () =>
        {
            try
            {
                await using var connection = await ConnectAsync();
                return true;
            }
            catch (RabbitMQ.Client.Exceptions.BrokerUnreachableException)
            {
                return false;
            }
        }, 90);
    }

    /// <summary>SIGKILL; returns when it is gone. What it has confirmed it has on disk.</summary>
    public async Task KillAsync()
    {
        var id = ProcessId;
        Shell.Signal(id, Shell.SigKill);
        await Until.TrueAsync("RabbitMQ is gone", () => !File.Exists($"/proc/{id}/stat") || File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal));
    }

    /// <summary>SIGSTOP: connections stay, nothing answers.</summary>
    public void Pause() => Shell.Signal(ProcessId, Shell.SigStop);

    /// <summary>SIGCONT.</summary>
    public void Resume() => Shell.Signal(ProcessId, Shell.SigCont);

    /// <summary>Runs <c>rabbitmqctl</c>.</summary>
    public async Task<string> ControlAsync(params string[] args)
    {
        var start = Command($"{Scripts}/rabbitmqctl", ["-q", .. args]);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"rabbitmqctl {string.Join(' ', args)}: {text}");
    }

    /// <summary>A virtual host of a test's own: its exchanges and queues are nobody else's. Its URL.</summary>
    public async Task<string> HostAsync()
    {
        var name = $"t{Guid.CreateVersion7():N}";
        await ControlAsync("add_vhost", name);
        await ControlAsync("set_permissions", "-p", name, "guest", ".*", ".*", ".*");
        return $"{Url}/{name}";
    }

    public Task<IConnection> ConnectAsync(string? url = null) => new ConnectionFactory { Uri = new Uri(url ?? Url), AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    public async ValueTask DisposeAsync()
    {
        _watch.StandardInput.Close();
        await _watch.WaitForExitAsync();
        _watch.Dispose();
        _mapper?.Dispose();
    }

    internal static async ValueTask EndAsync()
    {
        if (Shared.IsValueCreated && Shared.Value.IsCompletedSuccessfully)
        {
            await (await Shared.Value).DisposeAsync();
        }
    }

    private int ProcessId => int.Parse(File.ReadAllText($"{_folder}/pid").Trim(), CultureInfo.InvariantCulture);

    // As root it would write files that the user rabbitmq cannot read, and epmd would refuse.
    private ProcessStartInfo Command(string program, params string[] args)
    {
        var start = Shell.IsRoot ? new ProcessStartInfo("setpriv", ["--reuid=rabbitmq", "--init-groups", "--", program, .. args]) : new ProcessStartInfo(program, args);
        start.WorkingDirectory = _folder;
        var (port, node) = (Port.ToString(CultureInfo.InvariantCulture), $"holdfast{Port}@localhost");
        foreach (var (name, value) in new[] { ("HOME", _folder), ("ERL_EPMD_PORT", _ports.ToString(CultureInfo.InvariantCulture)), ("ERL_EPMD_ADDRESS", "127.0.0.1"),
            ("RABBITMQ_NODENAME", node), ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"), ("RABBITMQ_NODE_PORT", port), ("RABBITMQ_DIST_PORT", _nodes.ToString(CultureInfo.InvariantCulture)),
            ("RABBITMQ_MNESIA_BASE", $"{_folder}/data"), ("RABBITMQ_LOG_BASE", $"{_folder}/log"), ("RABBITMQ_ENABLED_PLUGINS_FILE", $"{_folder}/plugins"),
            ("RABBITMQ_CONFIG_FILE", $"{_folder}/rabbitmq"), ("RABBITMQ_CONF_ENV_FILE", $"{_folder}/env"), ("RABBITMQ_GENERATED_CONFIG_DIR", $"{_folder}/config"),
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
