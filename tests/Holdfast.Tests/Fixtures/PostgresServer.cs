using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Holdfast.Tests.Fixtures;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresServerOfTheRun))]

namespace Holdfast.Tests.Fixtures;

/// <summary>
/// A PostgreSQL of the tests' own, from the installed binaries: data in a temporary folder, TCP on a free loopback port, trust, and
/// durability as it is by default. A small shell watches over it: when this process ends, however that happens, the server is stopped and
/// the folder removed.
/// </summary>
public sealed partial class PostgresServer : IRevivable
{
    public const string Word = "postgres-server";

    private const string Install =
        "PostgreSQL 15 or later is not installed: apt-get install postgresql-15 (or the server binaries of your system in PATH)";

    // Reads until its standard input closes, which the kernel does when the test process dies. While initdb works, the number has a minus.
    // The number of a server that was killed stays and may be another process's by now: one that works in our folder is ours.
    private const string Watch = """
        trap '' INT TERM HUP
        cat > /dev/null
        pid=$(head -n 1 "$0/data/postmaster.pid" 2>/dev/null | tr -d -)
        ours() { [ -n "$pid" ] && case "$(readlink "/proc/$pid/cwd")" in "$0"*) true ;; *) false ;; esac; }
        if ours; then
            kill -INT "$pid" 2>/dev/null
            n=0
            while ours && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
            ours && kill -KILL "$pid" 2>/dev/null
        fi
        rm -rf "$0"
        """;

    // A machine may not come to its processes for a while, and a disk may be slow.
    private const int PatienceSeconds = 60;

    private static readonly SharedServer<PostgresServer> Shared = new(() => StartAsync());

    private static readonly string User = File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal))
        ? "postgres" : "nobody";

    private readonly ConcurrentQueue<string> _unwanted = new();
    private readonly string _folder;
    private readonly string _binaries;
    private readonly string[] _settings;
    private readonly Process _watch;
    private Process? _server;

    private PostgresServer(string folder, string binaries, int port, string[] settings)
    {
        (_folder, _binaries, Port, _settings) = (folder, binaries, port, settings);
        _watch = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Watch, folder]) { RedirectStandardInput = true })!;
    }

    public int Port { get; }

    public int? ProcessId => _server is { HasExited: false } running ? running.Id : null;

    /// <summary>Its data and logs.</summary>
    public string Folder => _folder;

    /// <summary>Where the newest usable server binaries are, or null.</summary>
    public static string? Binaries { get; } = FindBinaries();

    /// <summary>Skips the calling test, aloud, where PostgreSQL is not installed.</summary>
    public static void Require() => Assert.SkipWhen(Binaries is null, Install);

    /// <summary>The server that the tests of this run share, started when first asked for.</summary>
    public static Task<PostgresServer> SharedAsync() => Shared.TakeAsync();

    /// <summary>A server of one test's own, for those that stop it.</summary>
    /// <param name="settings">Further settings, as <c>name=value</c>.</param>
    public static Task<PostgresServer> StartAsync(params string[] settings) => StartAsync(settings, server =>
        Shell.RunAsync(server.Command("initdb", out var arguments), [.. arguments, "-D", $"{server.Folder}/data", "-U", "holdfast",
            "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]));

    private static Task<PostgresServer> StartAsync(string[] settings, Func<PostgresServer, Task> makeData) =>
        Ports.StartAsync(() => StartOnceAsync(settings, makeData));

    private static async Task<PostgresServer> StartOnceAsync(string[] settings, Func<PostgresServer, Task> makeData)
    {
        Require();
        var folder = Directory.CreateTempSubdirectory("holdfast-pg-").FullName;
        var server = new PostgresServer(folder, Binaries!, Ports.Free(), settings);
        try
        {
            if (Shell.IsRoot)
            {
                await Shell.RunAsync("chown", User, folder);
            }

            await makeData(server);
            await server.StartProcessAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The URL of a database of this server.</summary>
    public string Url(string database) => $"postgres://holdfast@127.0.0.1:{Port}/{database}";

    /// <summary>Runs a statement as the superuser in the maintenance database.</summary>
    public async Task ExecuteAsync(string sql, string database = "postgres")
    {
        await using var connection = await ConnectAsync(database);
        // Making a database and dropping one write all of it to a disk that many tests share.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 180 };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>
    /// Drops the database with others: each drop forces a checkpoint, and only the first of several in a row has much to write.
    /// </summary>
    public async Task DropSoonAsync(string database)
    {
        const int Several = 40;
        _unwanted.Enqueue(database);
        for (var left = _unwanted.Count >= Several ? Several : 0; left > 0 && _unwanted.TryDequeue(out var name); left--)
        {
            await ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        }
    }

    /// <summary>Stops the server: SIGINT rolls back what is under way, SIGQUIT is a crash from which it recovers.</summary>
    public async Task StopAsync(int signal = Shell.SigInt)
    {
        if (_server is { } running)
        {
            Shell.Signal(running, signal);
            await running.WaitForExitAsync();
            running.Dispose();
            _server = null;
        }
    }

    /// <summary>Starts it after a <see cref="StopAsync"/>, or after it was killed.</summary>
    public Task StartServerAsync() => Ports.StartAgainAsync(StartProcessAsync);

    public async Task ReviveAsync()
    {
        if (_server is { HasExited: false } running)
        {
            Shell.Signal(running, Shell.SigCont);
            try
            {
                await (await ConnectAsync("postgres")).DisposeAsync();
                return;
            }
            catch (NpgsqlException)
            {
                // It is there and does not answer: stopped, or in a recovery that does not end.
            }

            await StopAsync(Shell.SigKill);
        }

        await StartServerAsync();
    }

    private async Task StartProcessAsync()
    {
        var program = Command("postgres", out var arguments);
        var start = new ProcessStartInfo(program, [.. arguments, "-D", $"{_folder}/data", "-p", Port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200", "-c", "shared_buffers=128MB",
            "-c", "deadlock_timeout=200ms", "-c", "logging_collector=on", "-c", "log_directory=log",
            .. _settings.SelectMany(s => new[] { "-c", s })])
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        var server = _server = Process.Start(start)!;
        server.StandardInput.Close();
        var errors = server.StandardError.ReadToEndAsync();
        await Until.TrueAsync("PostgreSQL accepts connections", async () =>
        {
            if (server.HasExited)
            {
                throw new EndedException($"PostgreSQL did not start: {await errors}{Logged()}");
            }

            return await IsOursAsync();
        });
    }

    /// <summary>Whether it answers, and not somebody else's on the same port.</summary>
    private async Task<bool> IsOursAsync()
    {
        try
        {
            // Somebody else's may be no PostgreSQL and say nothing at all.
            await using var connection = await ConnectAsync("postgres", seconds: 5);
            await using var command = new NpgsqlCommand("SHOW data_directory", connection);
            return (string?)await command.ExecuteScalarAsync() == $"{_folder}/data";
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private string Logged() => Directory.Exists($"{_folder}/data/log")
        ? string.Concat(Directory.GetFiles($"{_folder}/data/log").Select(File.ReadAllText)) : "";

    public async ValueTask DisposeAsync()
    {
        Resume();
        _watch.StandardInput.Close();
        await _watch.WaitForExitAsync();
        _watch.Dispose();
        _server?.Dispose();
    }

    private async Task<NpgsqlConnection> ConnectAsync(string database, int seconds = PatienceSeconds)
    {
        var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={Port};Username=holdfast;Database={database};Pooling=false;Timeout={seconds}");
        try
        {
            await connection.OpenAsync();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // initdb and postgres refuse to run as root.
    private string Command(string program, out string[] arguments)
    {
        var path = Path.Combine(_binaries, program);
        arguments = Shell.IsRoot ? [$"--reuid={User}", "--init-groups", "--", path] : [];
        return Shell.IsRoot ? "setpriv" : path;
    }

    private static string? FindBinaries()
    {
        var debian = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        var newest = debian.Select(d =>
            (Folder: $"{d}/bin", Version: int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var v) ? v : 0))
            .Where(d => d.Version >= 15 && File.Exists($"{d.Folder}/postgres") && File.Exists($"{d.Folder}/initdb")).OrderBy(d => d.Version)
            .LastOrDefault().Folder;
        return newest ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .FirstOrDefault(d => d.Length > 0 && File.Exists($"{d}/postgres") && File.Exists($"{d}/initdb")
            && Version($"{d}/postgres") >= 15);
    }

    private static int Version(string server)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(server, ["--version"]) { RedirectStandardOutput = true })!;
            var words = process.StandardOutput.ReadToEnd().Split(' ', '.', '\n');
            process.WaitForExit();
            return words.Select(w => int.TryParse(w, CultureInfo.InvariantCulture, out var n) ? n : 0).FirstOrDefault(n => n > 0);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // A link to nothing, or a file that is no program.
            return 0;
        }
    }

    /// <summary>A process that starts a server, says where, and waits to be killed: the test of the watch.</summary>
    internal static async Task<int> MainAsync()
    {
        await using var server = await StartAsync();
        Console.WriteLine($"{server.Port} {server.Folder}");
        await Console.In.ReadLineAsync();
        return 0;
    }

    internal static ValueTask EndAsync() => Shared.DisposeAsync();
}

/// <summary>Ends the shared server with the test run.</summary>
public sealed class PostgresServerOfTheRun : IAsyncDisposable
{
    public ValueTask DisposeAsync() => PostgresServer.EndAsync();
}
