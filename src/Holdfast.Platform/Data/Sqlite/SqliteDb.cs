using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Holdfast.Platform.Data.Sqlite;

/// <summary>
/// SQLite in WAL mode with <c>synchronous=FULL</c>: one writer per process, as many readers as wanted, several processes on one file.
/// </summary>
internal sealed partial class SqliteDb : Db
{
    public const int BusyMilliseconds = 10_000;

    // As lock_timeout on PostgreSQL: whoever waits tries again, or has been told to end by now.
    private const int LockMilliseconds = 2_000;

    private readonly string _connectionString;
    private readonly SemaphoreSlim _writer = new(1, 1);
    private volatile int _disposed;
    private readonly SqliteConnectionHolder _write;
    private readonly ConcurrentBag<SqliteConnectionHolder> _readers = [];

    // By kind of work. A read keeps its thread for as long as it takes: these many threads are there from the start.
    private static readonly int[] ReadersAtOnce = [8, 8, 4, 8, 4];
    private readonly SemaphoreSlim[] _readSlots = [.. ReadersAtOnce.Select(n => new SemaphoreSlim(n))];

    static SqliteDb()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, ReadersAtOnce.Sum()), ports);
    }

    public SqliteDb(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            PrivateFiles.CreateDirectory(folder);
        }

        // SQLite gives its other files (-wal, -shm, -journal) the mode of this one.
        PrivateFiles.Ensure(path);

        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            DefaultTimeout = BusyMilliseconds / 1000
        }.ToString();
        _write = Connect();
    }

    public override string Name => "sqlite";

    public override int WritersPerPartition => 1;

    public static long ToMicroseconds(DateTime time) => (Utc.Checked(time).Ticks - DateTime.UnixEpoch.Ticks) / 10;

    public static DateTime FromMicroseconds(long microseconds) => DateTime.UnixEpoch.AddTicks(microseconds * 10);

    private protected override async Task<T> ReadOnceAsync<T>(Func<DbSession, Task<T>> read, CancellationToken ct)
    {
        var work = CurrentWork.Kind;
        var slot = _readSlots[(int)work];
        if (!await slot.WaitAsync(CurrentWork.CommitLimit(work), ct))
        {
            throw new ConnectionsUsedUpException();
        }

        try
        {
            if (!_readers.TryTake(out var connection))
            {
                connection = Connect();
            }

            try
            {
                return await read(new SqliteSession(this, connection));
            }
            finally
            {
                _readers.Add(connection);
            }
        }
        finally
        {
            slot.Release();
        }
    }

    // On a connection of its own: what the search index (FTS5) has in memory of an older state makes its own check fail.
    internal override async Task<T> ReadWholeAsync<T>(Func<DbSession, Task<T>> read, CancellationToken ct)
    {
        using var connection = Connect();
        return await read(new SqliteSession(this, connection));
    }

    public override async Task<Tx> BeginAsync(CancellationToken ct = default)
    {
        await _writer.WaitAsync(ct);
        try
        {
            await BeginImmediateAsync(ct);
            return new SqliteTx(this, _write, _writer);
        }
        catch
        {
            _writer.Release();
            throw;
        }
    }

    // Waiting in SQLite itself would keep the thread. At the end of the process nobody waits.
    private async Task BeginImmediateAsync(CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        while (!_write.TryBegin(last: clock.ElapsedMilliseconds > LockMilliseconds || _disposed != 0))
        {
            await Task.Delay(Random.Shared.Next(1, 4), ct);
        }
    }

    // See sqlite.org/rescode.html. A failed write (IOERR) at COMMIT may or may not be found again after a crash, so its outcome is asked
    // for.
    public override DbFault FaultOf(Exception e) => e switch
    {
        StaleRowException => DbFault.Contention,
        UnstorableException => DbFault.Value,
        SqliteException { SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL } => DbFault.Contention,
        SqliteException { SqliteErrorCode: raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH } => DbFault.Value,
        SqliteException { SqliteExtendedErrorCode: raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_PRIMARYKEY } => DbFault.Taken,
        SqliteException { SqliteErrorCode: raw.SQLITE_FULL or raw.SQLITE_NOMEM or raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN } =>
            DbFault.NotNow,
        SqliteException { SqliteErrorCode: raw.SQLITE_IOERR } => DbFault.Lost,
        ConnectionsUsedUpException => DbFault.NotNow,
        OutcomeUnknownException => DbFault.Lost,
        _ => DbFault.Other,
    };

    private protected override string StateOf(Exception e) => e is SqliteException known ? $"{known.SqliteErrorCode}" : e.GetType().Name;

    public override bool IsUniqueViolation(Exception e, string constraint) =>
        e is SqliteException { SqliteErrorCode: 19 } s && s.Message.Contains("UNIQUE", StringComparison.Ordinal)
        && Identifiers().Matches(constraint).All(m => s.Message.Contains(m.Value, StringComparison.Ordinal));

    /// <summary>A lock belongs to a process here; nobody can take it away.</summary>
    private protected override Task<int> EndStuckSessionsAsync() => Task.FromResult(0);

    internal override Task ExclusivelyAsync(string name, Func<Task> work, CancellationToken ct) => work();

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _writer.WaitAsync();
        _write.Dispose();
        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }
    }

    internal static object Parameter(object? value) => value switch
    {
        null => DBNull.Value,
        Guid g => g.ToString("D"),
        Guid[] a => JsonSerializer.Serialize(a),
        string[] a => JsonSerializer.Serialize(Array.ConvertAll(a, Checked)),
        long[] a => JsonSerializer.Serialize(a),
        DateTime t => ToMicroseconds(t),
        bool b => b ? 1L : 0L,
        int n => (long)n,
        string s => Checked(s),
        long or byte[] => value,
        _ => throw new ArgumentException($"no parameter of type {value.GetType()}"),
    };

    // PostgreSQL refuses both; here a NUL would cut the text off where it is read, and an unpaired surrogate become another character.
    internal static string Checked(string text) =>
        text.Contains('\0', StringComparison.Ordinal) ? throw new UnstorableException("a text holds a NUL character")
        : text.AsSpan().ContainsAnyInRange('\ud800', '\udfff') && !IsUnicode(text)
        ? throw new UnstorableException("a text is not valid Unicode")
        : text;

    private static bool IsUnicode(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var read) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            text = text[read..];
        }

        return true;
    }

    /// <summary>The text of a write that runs once per row of the set.</summary>
    internal static string WriteSql(Statement statement)
    {
        var rows = statement.RowSet!;
        if (statement.Kind == WriteKind.Insert)
        {
            var columns = string.Join(", ", rows.Columns.Select(c => c.Name));
            return $"INSERT INTO {rows.Table} ({columns}) VALUES ({string.Join(", ", rows.Columns.Select((_, i) => $"${i + 1}"))}) "
                + $"{statement.Sql}";
        }

        var text = new StringBuilder(statement.Sql);
        for (var i = 0; i < rows.Columns.Count; i++)
        {
            // By number: a $name would be numbered by where it first stands in the text.
            text.Replace($"{{v.{rows.Columns[i].Name}}}", $"?{i + 1}");
        }

        return text.ToString();
    }

    private SqliteConnectionHolder Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        var holder = new SqliteConnectionHolder(connection);
        holder.Execute($"PRAGMA busy_timeout = {BusyMilliseconds}");
        holder.Execute("PRAGMA journal_mode = WAL");
        holder.Execute("PRAGMA synchronous = FULL");
        holder.Execute("PRAGMA foreign_keys = ON");
        holder.Execute("PRAGMA cache_size = -32000");
        holder.Execute("PRAGMA journal_size_limit = 67108864");
        return holder;
    }

    [GeneratedRegex(@"[A-Za-z]+")]
    private static partial Regex Identifiers();
}
