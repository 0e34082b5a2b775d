using System.Collections;
using System.Collections.Concurrent;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Holdfast.Platform.Data.Postgres;

/// <summary>PostgreSQL 15 or later, through Npgsql.</summary>
internal sealed class PostgresDb : Db
{
    private static readonly ConcurrentDictionary<(string Table, WriteKind Kind, string Sql, string Columns), string> Writes = new();

    private readonly string _connectionString;

    // By kind of work.
    private readonly PostgresPool[] _pools;

    // Tells our own notifications from those of other processes.
    private readonly string _sender = Guid.CreateVersion7().ToString("N");

    public PostgresDb(string url, bool isPatient)
    {
        _connectionString = PostgresUrl.ConnectionString(url, isPatient);
        var probe = new PostgresProbe(_connectionString);
        _pools = [.. Enum.GetValues<DbWork>().Select(work =>
            new PostgresPool(PostgresUrl.ConnectionString(_connectionString, work), work, isPatient,
            work == DbWork.Background ? probe : null))];
        _pools[(int)DbWork.Placement] = _pools[(int)PostgresUrl.Pool(_connectionString, DbWork.Placement)];
        PostgresPool.Join(_pools[(int)DbWork.Writes], _pools[(int)DbWork.Batches], _pools[(int)DbWork.Placement]);
    }

    public override string Name => "postgresql";

    public override int WritersPerPartition => 2;

    private protected override async Task<T> ReadOnceAsync<T>(Func<DbSession, Task<T>> read, CancellationToken ct)
    {
        await using var connection = await ConnectAsync(ct);
        return await read(new PostgresSession(this, connection));
    }

    internal override async Task<T> ReadWholeAsync<T>(Func<DbSession, Task<T>> read, CancellationToken ct)
    {
        await using var tx = await BeginAsync(ct);
        await tx.ForWholeTablesAsync();
        await tx.ExecuteAsync("SET LOCAL transaction_read_only = on");
        return await read(tx);
    }

    public override async Task<Tx> BeginAsync(CancellationToken ct = default) =>
        new PostgresTx(this, await ConnectAsync(ct));

    public override async Task FenceAsync()
    {
        await using var tx = await BeginAsync();
        tx.LeavesFence = true;
        await tx.CommitAsync();
    }

    // See "PostgreSQL Error Codes" in the manual. 57P: the server is going down or ended the session; 08: the connection; 25P03: idle in a
    // transaction for too long. 53: connections, disk or memory are used up; 58: the server's own files; 28: it does not let us in; 25006:
    // read-only; 57014: the statement was cancelled.
    public override DbFault FaultOf(Exception e) => Find(e) is { } known ? FaultOf(known.SqlState) : e switch
    {
        StaleRowException => DbFault.Contention,
        // A text that is not Unicode fails before it is sent.
        EncoderFallbackException => DbFault.Value,
        ConnectionsUsedUpException => DbFault.NotNow,
        NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException or SilentConnectionException
            or NoConnectionException or NotReplicatedException or OutcomeUnknownException => DbFault.Lost,
        _ => DbFault.Other,
    };

    // The first two characters are the class: that connections are used up, say, whatever the statement was.
    private protected override string StateOf(Exception e) => Find(e) is { } known ? known.SqlState[..2] : e.GetType().Name;

    private static DbFault FaultOf(string state) => state switch
    {
        PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.SerializationFailure =>
            DbFault.Contention,
        PostgresErrorCodes.UniqueViolation => DbFault.Taken,
        PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.QueryCanceled => DbFault.NotNow,
        "25P03" => DbFault.Lost,
        _ => state[..2] switch
        {
            "22" => DbFault.Value,
            "53" or "58" or "28" => DbFault.NotNow,
            "08" => DbFault.Lost,
            _ => state.StartsWith("57P", StringComparison.Ordinal) ? DbFault.Lost : DbFault.Other,
        },
    };

    public override bool IsUniqueViolation(Exception e, string constraint) =>
        Find(e) is { SqlState: PostgresErrorCodes.UniqueViolation } p
        && p.ConstraintName?.Contains(constraint, StringComparison.Ordinal) == true;

    // A transaction id: it has written or locked rows, which a report that is read slowly has not.
    private protected override Task<int> EndStuckSessionsAsync() => ReadAsync(async s => (await s.QueryAsync(
        "WITH stuck AS MATERIALIZED (SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
        + "AND application_name = current_setting('application_name') AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL "
        + "AND wait_event IN ('ClientRead', 'ClientWrite') AND state_change < clock_timestamp() - interval '5 seconds') "
        + "SELECT pid FROM stuck WHERE pg_terminate_backend(pid)", r => r.Int(0))).Count);

    internal override void Notify(StatementBatch batch) => batch.Query("SELECT pg_notify('holdfast', $1)", _ => 0, _sender);

    internal override async Task ListenAsync(Action onNotification, CancellationToken ct)
    {
        // A connection of its own: it is kept for as long as the process lives.
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false, KeepAlive = 10 }.ConnectionString);
        connection.Notification += (_, e) =>
        {
            // Our own come back, too.
            if (e.Payload != _sender)
            {
                onNotification();
            }
        };
        await connection.OpenAsync(ct);
        await using (var listen = new NpgsqlCommand("LISTEN holdfast", connection))
        {
            await listen.ExecuteNonQueryAsync(ct);
        }

        // Whatever was committed before we listened.
        onNotification();
        while (true)
        {
            await connection.WaitAsync(ct);
        }
    }

    internal override async Task ExclusivelyAsync(string name, Func<Task> work, CancellationToken ct)
    {
        await using var connection = await _pools[(int)DbWork.Background].OpenAsync(ct);
        // The waiting one may wait for as long as the other migrates.
        await using var take = new NpgsqlCommand(
            $"SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock(hashtext('{name}'))", connection)
        {
            CommandTimeout = 0,
        };
        await take.ExecuteNonQueryAsync(ct);
        try
        {
            await work();
        }
        finally
        {
            await using var give = new NpgsqlCommand(
                $"SELECT pg_advisory_unlock(hashtext('{name}')); RESET lock_timeout; RESET statement_timeout", connection);
            await give.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    public override async Task CheckAsync(CancellationToken ct = default)
    {
        var (server, guards) = await ReadAsync(async s =>
        {
            var batch = s.Batch();
            var state = ServerState.Read(batch);
            // On a Unix socket there is no TCP to guard.
            var settings = batch.Query(
                "SELECT name, setting::bigint FROM pg_settings WHERE name {in $1} AND (name NOT LIKE 'tcp%' OR inet_server_addr() IS "
                + "NOT NULL)",
                r => (Name: r.Text(0), Milliseconds: r.Long(1)), (object)PostgresUrl.Guards.Select(g => g.Name).ToArray());
            await batch.RunAsync();
            return (state.First!, settings.Rows);
        }, ct);
        if (server.Obstacle is { } obstacle)
        {
            throw new StartupException($"DATABASE_URL: {obstacle}");
        }

        foreach (var (name, value, most) in PostgresUrl.Guards)
        {
            if (guards.Exists(g => g.Name == name && (g.Milliseconds <= 0 || g.Milliseconds > most)))
            {
                throw new StartupException(
                    $"DATABASE_URL: {name} is not in force (it must be above 0 and at most {most} ms; {value} is set unless Options or a "
                    + "pooler in between changes it).");
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var pool in _pools)
        {
            await pool.DisposeAsync();
        }
    }

    private Task<PostgresConnection> ConnectAsync(CancellationToken ct) => _pools[(int)CurrentWork.Kind].ConnectAsync(ct);

    /// <summary>The text of a set-based write over <c>unnest</c>.</summary>
    internal static string WriteSql(Statement statement)
    {
        var rows = statement.RowSet!;
        var columns = string.Join(", ", rows.Columns.Select(c => c.Name));
        return Writes.GetOrAdd((rows.Table, statement.Kind, statement.Sql, columns), static (key, rows) =>
        {
            var arrays = string.Join(", ", rows.Columns.Select((c, i) => $"${i + 1}::{TypeName(c.Type)}[]"));
            if (key.Kind == WriteKind.Insert)
            {
                return $"INSERT INTO {key.Table} ({key.Columns}) SELECT * FROM unnest({arrays}) {key.Sql}";
            }

            var where = key.Sql.IndexOf(" WHERE ", StringComparison.Ordinal);
            var text = new StringBuilder(key.Sql, 0, where, 1024)
                .Append(key.Sql.StartsWith("DELETE", StringComparison.Ordinal) ? " USING " : " FROM ")
                .Append($"unnest({arrays}) AS v({key.Columns})").Append(key.Sql, where, key.Sql.Length - where);
            foreach (var column in rows.Columns)
            {
                text.Replace($"{{v.{column.Name}}}", $"v.{column.Name}");
            }

            return text.ToString();
        }, rows);
    }

    internal static NpgsqlParameter Parameter(object? value) => value switch
    {
        null => new NpgsqlParameter { Value = DBNull.Value },
        Guid[] a => new NpgsqlParameter<Guid[]> { TypedValue = a, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
        string[] a => new NpgsqlParameter<string[]> { TypedValue = a, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
        long[] a => new NpgsqlParameter<long[]> { TypedValue = a, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
        string s => new NpgsqlParameter<string> { TypedValue = s, NpgsqlDbType = NpgsqlDbType.Text },
        DateTime t => new NpgsqlParameter<DateTime> { TypedValue = Utc.Checked(t), NpgsqlDbType = NpgsqlDbType.TimestampTz },
        Guid g => new NpgsqlParameter<Guid> { TypedValue = g },
        long l => new NpgsqlParameter<long> { TypedValue = l },
        int n => new NpgsqlParameter<int> { TypedValue = n },
        bool b => new NpgsqlParameter<bool> { TypedValue = b },
        byte[] b => new NpgsqlParameter<byte[]> { TypedValue = b },
        _ => throw new ArgumentException($"no parameter of type {value.GetType()}"),
    };

    internal static NpgsqlParameter ColumnParameter(Column column, IList values) =>
        new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | DbType(column.Type) };

    private static NpgsqlDbType DbType(ColumnType type) => type switch
    {
        ColumnType.Uuid => NpgsqlDbType.Uuid,
        ColumnType.Text => NpgsqlDbType.Text,
        ColumnType.Int => NpgsqlDbType.Integer,
        ColumnType.Long => NpgsqlDbType.Bigint,
        ColumnType.Bool => NpgsqlDbType.Boolean,
        ColumnType.Bytes => NpgsqlDbType.Bytea,
        _ => NpgsqlDbType.TimestampTz,
    };

    private static string TypeName(ColumnType type) => type switch
    {
        ColumnType.Uuid => "uuid",
        ColumnType.Text => "text",
        ColumnType.Int => "int",
        ColumnType.Long => "bigint",
        ColumnType.Bool => "boolean",
        ColumnType.Bytes => "bytea",
        _ => "timestamptz",
    };

    private static PostgresException? Find(Exception? e) => e is null or PostgresException ? e as PostgresException
        : Find(e.InnerException);
}
