using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Holdfast.Bench;

/// <summary>A PostgreSQL server of our own, on loopback, with durability on. Both sides of every ratio run on the same one.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    /// <summary>The settings that differ from PostgreSQL's defaults; the page lists them.</summary>
    public static readonly string[] Settings =
    [
        "shared_buffers=512MB", "max_wal_size=4GB", "checkpoint_timeout=15min", "max_connections=100",
        // The defaults, named so that a packager's configuration cannot change them.
        "fsync=on", "synchronous_commit=on", "full_page_writes=on", "autovacuum=on",
    ];

    private readonly Guard _guard;
    private readonly string _folder;
    private readonly string _bin;
    private Process? _process;
    private int _postmaster;

    private Cluster(Guard guard, string folder, string bin)
    {
        (_guard, _folder, _bin) = (guard, folder, bin);
        Port = Tool.FreePort();
    }

    public int Port { get; }

    /// <summary>Where the Unix socket is: pgbench takes it, because it is faster than TCP.</summary>
    public string SocketFolder => _folder;

    public string Version { get; private set; } = "";

    public static async Task<Cluster> StartAsync(Guard guard)
    {
        var folder = Path.Combine(guard.Folder, "postgresql");
        Directory.CreateDirectory(folder);
        var cluster = new Cluster(guard, folder, FindBinaries());
        await cluster.StartCoreAsync();
        return cluster;
    }

    public string Program(string name) => Path.Combine(_bin, name);

    public string Url(string database) => $"postgres://postgres@127.0.0.1:{Port}/{database}";

    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = await ConnectAsync(database);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string database, string sql)
    {
        await using var connection = await ConnectAsync(database);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task<NpgsqlConnection> ConnectAsync(string database)
    {
        var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={Port};Username=postgres;Database={database};Pooling=false;Timeout=10");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Processor time of the server and of its processes that are alive, in seconds.</summary>
    public double CpuSeconds()
    {
        const double ticksPerSecond = 100;
        var sum = 0.0;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                // The command's name, in parentheses, may hold spaces; after it: state, parent, ..., user time, system time.
                var line = File.ReadAllText(Path.Combine(folder, "stat"));
                var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
                if (int.Parse(fields[1], CultureInfo.InvariantCulture) == _postmaster || Path.GetFileName(folder) == $"{_postmaster}")
                {
                    sum += (Tool.Number(fields[11]) + Tool.Number(fields[12])) / ticksPerSecond;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended.
            }
        }

        return sum;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            try
            {
                await AsOwnerAsync(60, "pg_ctl", "stop", "-D", Path.Combine(_folder, "data"), "-m", "fast", "-w");
            }
            catch (BenchException)
            {
                await Tool.StopAsync(_process);
            }

            _guard.Drop(_postmaster);
        }

        _process?.Dispose();
    }

    private static string FindBinaries()
    {
        const string root = "/usr/lib/postgresql";
        var versions = Directory.Exists(root) ? Directory.GetDirectories(root) : [];
        return versions.Select(v => Path.Combine(v, "bin"))
            .Where(b => File.Exists(Path.Combine(b, "pgbench")) && File.Exists(Path.Combine(b, "postgres")))
            .OrderByDescending(b => int.TryParse(Path.GetFileName(Path.GetDirectoryName(b)), out var n) ? n : 0).FirstOrDefault()
            ?? throw new BenchException($"no PostgreSQL under {root}: install postgresql-15");
    }

    // PostgreSQL refuses to run as root.
    private (string File, string[] Args) AsOwner(string program, string[] args) =>
        Tool.IsRoot ? ("runuser", ["-u", "postgres", "--", Program(program), .. args]) : (Program(program), args);

    private Task<string> AsOwnerAsync(int seconds, string program, params string[] args)
    {
        var (file, all) = AsOwner(program, args);
        return Tool.RunAsync(TimeSpan.FromSeconds(seconds), file, all);
    }

    private async Task StartCoreAsync()
    {
        var data = Path.Combine(_folder, "data");
        if (Tool.IsRoot)
        {
            await Tool.RunAsync(TimeSpan.FromSeconds(10), "chown", "postgres", _folder);
        }

        await AsOwnerAsync(120, "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8");
        string[] options =
            [.. Settings, "listen_addresses=127.0.0.1", $"port={Port}", $"unix_socket_directories={_folder}", "logging_collector=off"];
        var (file, args) = AsOwner("postgres", ["-D", data, .. options.SelectMany(o => new[] { "-c", o })]);
        var start = new ProcessStartInfo(file, args) { RedirectStandardError = true, WorkingDirectory = "/" };
        _process = Process.Start(start)!;
        var log = new StreamWriter(Path.Combine(_folder, "server.log")) { AutoFlush = true };
        _process.ErrorDataReceived += (_, e) => log.WriteLine(e.Data);
        _process.BeginErrorReadLine();
        await WaitAsync();
        _postmaster = int.Parse(File.ReadLines(Path.Combine(data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        _guard.Add(_postmaster);
        Version = await ScalarAsync<string>("postgres", "SHOW server_version");
    }

    private async Task WaitAsync()
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = await ConnectAsync("postgres");
                return;
            }
            catch (NpgsqlException) when (clock.Elapsed < TimeSpan.FromSeconds(30) && !_process!.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }
}
