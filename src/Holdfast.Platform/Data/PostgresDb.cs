using System.Collections;
using System.Collections.Concurrent;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Holdfast.Platform.Data;

/// <summary>PostgreSQL 15 or later, through Npgsql.</summary>
internal sealed class PostgresDb : Db
{
    private static readonly ConcurrentDictionary<(string Table, WriteKind Kind, string Sql, string Columns), string> Writes = new();

    public PostgresDb(string url) => Source = NpgsqlDataSource.Create(ConnectionString(url));

    public NpgsqlDataSource Source { get; }

    public override string Name => "postgresql";

    public override int WritersPerLane => 2;

    private protected override async Task<T> ReadOnceAsync<T>(Func<Session, Task<T>> read, CancellationToken ct)
    {
        await using var connection = await Source.OpenConnectionAsync(ct).ConfigureAwait(false);
        return await read(new PostgresSession(this, connection)).ConfigureAwait(false);
    }

    public override async Task<Tx> BeginAsync(CancellationToken ct = default)
    {
        var connection = await Source.OpenConnectionAsync(ct).ConfigureAwait(false);
        return new PostgresTx(this, connection);
    }

    public override bool IsTransient(Exception e) => e is StaleRowException || Find(e) is { SqlState: PostgresErrorCodes.DeadlockDetected
        or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.SerializationFailure };

    // Class 22: a value that cannot be stored; class 23: a constraint.
    public override bool IsDataError(Exception e) => Find(e) is { } p
        && (p.SqlState.StartsWith("22", StringComparison.Ordinal) || p.SqlState.StartsWith("23", StringComparison.Ordinal));

    // Class 57P: the server is going down or ended the session; class 08: the connection; 25P03: idle in a transaction for too long.
    public override bool IsConnectionLost(Exception e) => Find(e) is { } known
        ? known.SqlState.StartsWith("57P", StringComparison.Ordinal) || known.SqlState.StartsWith("08", StringComparison.Ordinal) || known.SqlState == "25P03"
        : e is NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException;

    public override bool IsUniqueViolation(Exception e, string constraint) =>
        Find(e) is { SqlState: PostgresErrorCodes.UniqueViolation } p && p.ConstraintName?.Contains(constraint, StringComparison.Ordinal) == true;

    public override async Task<bool?> OutcomeAsync(string transactionId, TimeSpan patience, CancellationToken ct = default)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (clock.Elapsed < patience)
        {
            try
            {
                var status = await ReadAsync(s => s.FirstAsync("SELECT pg_xact_status($1{as text}{as xid8})", r => r.TextOrNull(0), transactionId), ct)
                    .ConfigureAwait(false);
                if (status is "committed" or "aborted")
                {
                    return status == "committed";
                }
            }
            catch (Exception e) when (IsConnectionLost(e))
            {
                // The server is away; ask again until our patience ends.
            }

            await Task.Delay(50, ct).ConfigureAwait(false);
        }

        return null;
    }

    internal override async Task ExclusivelyAsync(string name, Func<Task> work, CancellationToken ct)
    {
        await using var connection = await Source.OpenConnectionAsync(ct).ConfigureAwait(false);
        // The waiting one may wait for as long as the other migrates.
        await using var take = new NpgsqlCommand($"SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock(hashtext('{name}'))", connection)
        {
            CommandTimeout = 0,
        };
        await take.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            await using var give = new NpgsqlCommand($"SELECT pg_advisory_unlock(hashtext('{name}')); RESET lock_timeout; RESET statement_timeout", connection);
            await give.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    public override ValueTask DisposeAsync() => Source.DisposeAsync();

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
                .Append(key.Sql.StartsWith("DELETE", StringComparison.Ordinal) ? " USING " : " FROM ").Append($"unnest({arrays}) AS v({key.Columns})").Append(key.Sql, where, key.Sql.Length - where);
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

    internal static NpgsqlParameter ColumnParameter(Column column, IList values) => new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | DbType(column.Type) };

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

    private static PostgresException? Find(Exception? e) => e is null or PostgresException ? e as PostgresException : Find(e.InnerException);

    private static string ConnectionString(string url)
    {
        var uri = new Uri(url);
        var user = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 5432,
            Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')),
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            ApplicationName = "holdfast",
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            // A paused or cut-off process must give its rows back: ADR 3.
            Options = "-c lock_timeout=2s -c idle_in_transaction_session_timeout=5s -c statement_timeout=30s -c tcp_user_timeout=10s",
            NoResetOnClose = true,
            WriteBufferSize = 64 * 1024,
            ReadBufferSize = 32 * 1024,
            MaxPoolSize = 24,
            Timeout = 5,
            CommandTimeout = 60,
        };
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)))
        {
            builder[pair[0]] = Uri.UnescapeDataString(pair.Length > 1 ? pair[1] : "");
        }

        return builder.ConnectionString;
    }
}

internal sealed class PostgresSession(PostgresDb db, NpgsqlConnection connection) : Session(db)
{
    internal override string ClockSql => "SELECT clock_timestamp()";

    internal override Task RunAsync(IReadOnlyList<Statement> statements) => PostgresRunner.RunAsync(connection, statements, begin: false);
}

internal sealed class PostgresTx(PostgresDb db, NpgsqlConnection connection) : Tx(db)
{
    private bool _begun;
    private bool _failed;
    private bool _ended;

    internal override string ClockSql => "SELECT clock_timestamp()";

    public override Fetched<string> Id(StatementBatch batch) => batch.Query("SELECT pg_current_xact_id(){as text}", r => r.Text(0));

    internal override async Task RunAsync(IReadOnlyList<Statement> statements)
    {
        if (_ended)
        {
            throw Ended();
        }

        // BEGIN rides with the first statements: no round trip of its own.
        var begin = !_begun;
        _begun = true;
        _failed = true;
        await PostgresRunner.RunAsync(connection, statements, begin).ConfigureAwait(false);
        _failed = false;
    }

    private protected override async Task CommitCoreAsync(CancellationToken ct)
    {
        if (_ended)
        {
            throw Ended();
        }

        if (_begun)
        {
            // COMMIT of a failed transaction answers ROLLBACK without an error: never take that for a commit.
            if (_failed)
            {
                throw HasFailed();
            }

            _ended = true;
            await using var commit = new NpgsqlCommand("COMMIT", connection);
            await commit.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }

        _ended = true;
    }

    private protected override async Task RollbackCoreAsync()
    {
        var open = _begun && !_ended;
        _ended = true;
        if (open)
        {
            await using var rollback = new NpgsqlCommand("ROLLBACK", connection);
            await rollback.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await RollbackCoreAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (Db.IsConnectionLost(e) || e is InvalidOperationException)
        {
            // The connection is gone, and with it the transaction.
        }

        await connection.DisposeAsync().ConfigureAwait(false);
    }
}

internal static class PostgresRunner
{
    public static async Task RunAsync(NpgsqlConnection connection, IReadOnlyList<Statement> statements, bool begin)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (begin)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN"));
        }

        foreach (var statement in statements)
        {
            var command = new NpgsqlBatchCommand(statement.RowSet is null ? Sql.Postgres(statement.Sql) : PostgresDb.WriteSql(statement));
            if (statement.RowSet is { } rows)
            {
                for (var i = 0; i < rows.Columns.Count; i++)
                {
                    command.Parameters.Add(PostgresDb.ColumnParameter(rows.Columns[i], rows.Values[i]));
                }
            }
            else
            {
                foreach (var arg in statement.Args)
                {
                    command.Parameters.Add(PostgresDb.Parameter(arg));
                }
            }

            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
        var hasRows = reader.FieldCount > 0;
        foreach (var statement in statements)
        {
            if (!statement.HasRows)
            {
                continue;
            }

            // Statements without a result set are passed over by the reader: what counts is that there are as many as expected.
            if (!hasRows)
            {
                throw Mismatch.GivesNone(statement);
            }

            while (await reader.ReadAsync().ConfigureAwait(false))
            {
                statement.Take(new Row(reader, sqlite: false));
            }

            hasRows = await reader.NextResultAsync().ConfigureAwait(false);
        }

        if (hasRows)
        {
            throw Mismatch.GivesRows(statements.FirstOrDefault(s => !s.HasRows) ?? statements[^1]);
        }

        await reader.CloseAsync().ConfigureAwait(false);
        var offset = begin ? 1 : 0;
        for (var i = 0; i < statements.Count; i++)
        {
            if (!statements[i].HasRows)
            {
                statements[i].Done((int)batch.BatchCommands[i + offset].RecordsAffected);
            }
        }
    }
}
