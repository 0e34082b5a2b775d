using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace Holdfast.Tests.Fixtures;

/// <summary>What tests do to a PostgreSQL: crash it, pause it, make a standby of it.</summary>
public sealed partial class PostgresServer
{
    private readonly ConcurrentDictionary<int, bool> _paused = new();

    /// <summary>SIGKILL of all its processes at once, as when its machine loses power; the disk keeps what was written.</summary>
    public async Task CrashAsync()
    {
        var processes = await StoppedAsync();
        foreach (var process in processes)
        {
            Shell.Signal(process, Shell.SigKill);
        }

        await _server!.WaitForExitAsync();
        _server.Dispose();
        _server = null;
        _paused.Clear();
        await Until.TrueAsync("all processes of PostgreSQL are gone", () => processes.TrueForAll(p => State(p) is null or 'Z' or 'X'));
    }

    /// <summary>SIGSTOP of all its processes: connections stay open and nobody answers.</summary>
    public async Task PauseAsync()
    {
        foreach (var process in await StoppedAsync())
        {
            _paused[process] = true;
        }
    }

    /// <summary>
    /// SIGSTOP of the processes that write in the background: what no COMMIT writes to the disk stays in memory, and is lost in a crash.
    /// </summary>
    public void PauseWriters()
    {
        foreach (var process in Children())
        {
            string name;
            try
            {
                name = File.ReadAllText($"/proc/{process}/cmdline");
            }
            catch (IOException)
            {
                // It has ended since it was listed, and writes no more.
                continue;
            }

            if (name.Contains("walwriter", StringComparison.Ordinal) || name.Contains("background writer", StringComparison.Ordinal)
                || name.Contains("checkpointer", StringComparison.Ordinal))
            {
                Shell.Signal(process, Shell.SigStop);
                _paused[process] = true;
            }
        }
    }

    /// <summary>SIGCONT of whatever is paused.</summary>
    public void Resume()
    {
        foreach (var process in _paused.Keys.Where(p => _paused.TryRemove(p, out _) && State(p) is not null))
        {
            Shell.Signal(process, Shell.SigCont);
        }
    }

    /// <summary>
    /// A standby of this server, on a port of its own. When this returns, a COMMIT of this server waits until the standby has it on its
    /// disk.
    /// </summary>
    public async Task<PostgresServer> StandbyAsync()
    {
        var standby = await StartAsync(_settings, made => Shell.RunAsync(made.Command("pg_basebackup", out var arguments),
            [.. arguments, "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "holdfast",
                "-D", $"{made.Folder}/data", "-R", "-X", "stream", "--checkpoint=fast", "--no-sync"]));
        await ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
        await ExecuteAsync("SELECT pg_reload_conf()");
        await Until.TrueAsync("the standby is synchronous", async () =>
            await ReadAsync("SELECT string_agg(sync_state, ',') FROM pg_stat_replication") == "sync");
        return standby;
    }

    /// <summary>Makes a standby the server that takes writes.</summary>
    public Task PromoteAsync() => ExecuteAsync("SELECT pg_promote(true, 60)");

    /// <summary>The first value of a query as text, over a connection of its own; null where there is none.</summary>
    public async Task<string?> ReadAsync(string sql, string database = "postgres")
    {
        await using var connection = await ConnectAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;
    }

    /// <summary>A connection to a database, open, for tests that hold a session.</summary>
    public Task<NpgsqlConnection> OpenAsync(string database) => ConnectAsync(database);

    /// <summary>All its processes, of which none runs any more.</summary>
    private async Task<List<int>> StoppedAsync()
    {
        // The first of them first: it would start others.
        var processes = new List<int> { _server!.Id };
        Shell.Signal(_server.Id, Shell.SigStop);
        await Until.TrueAsync("the postmaster stands still", () => State(_server.Id) == 'T');
        foreach (var child in Children())
        {
            Shell.Signal(child, Shell.SigStop);
            processes.Add(child);
        }

        await Until.TrueAsync("PostgreSQL stands still", () => processes.TrueForAll(p => State(p) is null or 'T' or 'Z' or 'X'));
        return [.. processes.Where(p => State(p) == 'T')];
    }

    private List<int> Children() => [.. Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0 && Stat(id) is [_, var parent, ..] && parent == _server!.Id.ToString(CultureInfo.InvariantCulture))];

    private static char? State(int process) => Stat(process)?[0][0];

    /// <summary>State, parent and so on; null where there is no such process.</summary>
    private static string[]? Stat(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            // It has ended.
            return null;
        }
    }
}
