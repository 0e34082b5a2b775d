using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Holdfast.Bench;

/// <summary>A RabbitMQ of our own on loopback, with Debian's defaults, its data in the folder of the measurement.</summary>
internal sealed class RabbitMq : IAsyncDisposable
{
    private const string Server = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private readonly Process _process;
    private readonly Guard _guard;
    private readonly int _port;
    private readonly int _epmd;
    private int _node;

    private RabbitMq(Process process, Guard guard, int port, int epmd) => (_process, _guard, _port, _epmd) = (process, guard, port, epmd);

    public string Url => string.Create(CultureInfo.InvariantCulture, $"amqp://guest:guest@127.0.0.1:{_port}");

    public static async Task<RabbitMq> StartAsync(Guard guard)
    {
        if (!File.Exists(Server))
        {
            throw new BenchException($"{Server} is missing: install rabbitmq-server");
        }

        var folder = Path.Combine(guard.Folder, "rabbitmq");
        Directory.CreateDirectory(folder);
        var (port, distribution, epmd) = (Tool.FreePort(), Tool.FreePort(), Tool.FreePort());
        var start = new ProcessStartInfo(Server) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Tool.IsRoot)
        {
            await Tool.RunAsync(TimeSpan.FromSeconds(10), "chown", "rabbitmq", folder);
            start = new ProcessStartInfo("runuser", ["-u", "rabbitmq", "--", Server])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true
            };
        }

        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["HOME"] = folder,
            ["RABBITMQ_NODENAME"] = $"bench{port}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{port}",
            ["RABBITMQ_DIST_PORT"] = $"{distribution}",
            ["ERL_EPMD_PORT"] = $"{epmd}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_PID_FILE"] = Path.Combine(folder, "pid"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "plugins"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "none"),
        })
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var rabbit = new RabbitMq(process, guard, port, epmd);
        await rabbit.WaitAsync(Path.Combine(folder, "pid"));
        return rabbit;
    }

    public async ValueTask DisposeAsync()
    {
        using (var node = Process.GetProcessById(_node))
        {
            await Tool.StopAsync(node);
        }

        _guard.Drop(_node);
        await _process.WaitForExitAsync();
        _process.Dispose();
        // Erlang's port mapper outlives its nodes; this one is on a port of our own.
        await Tool.RunAsync(TimeSpan.FromSeconds(10), "epmd", "-port", $"{_epmd}", "-kill");
    }

    private async Task WaitAsync(string pidFile)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", _port);
                _node = int.Parse(await File.ReadAllTextAsync(pidFile), CultureInfo.InvariantCulture);
                _guard.Add(_node);
                return;
            }
            catch (Exception e) when (e is SocketException or IOException or FormatException)
            {
                if (_process.HasExited || clock.Elapsed > TimeSpan.FromSeconds(60))
                {
                    throw new BenchException("rabbitmq-server does not start");
                }

                await Task.Delay(200);
            }
        }
    }
}
