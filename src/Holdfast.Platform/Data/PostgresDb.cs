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

    private readonly string _connectionString;

    // Tells our own notifications from those of other processes.
    private readonly string _sender = Guid.CreateVersion7().ToString("N");

    public PostgresDb(string url) => Source = NpgsqlDataSource.Create(_connectionString = ConnectionString(url));

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

    // Class 22: a value that cannot be stored; class 23: a constraint. A text that is not Unicode fails before it is sent.
    public override bool IsDataError(Exception e) => e is System.Text.EncoderFallbackException || Find(e) is { } p
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

    // A transaction id: it has written or locked rows, which a report that is read slowly has not.
    private protected override Task<int> EndStuckSessionsAsync() => ReadAsync(async s => (await s.QueryAsync(
        "WITH stuck AS MATERIALIZED (SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
        + "AND application_name = current_setting('application_name') AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL "
        + "AND wait_event IN ('ClientRead', 'ClientWrite') AND state_change < clock_timestamp() - interval '5 seconds') "
        + "SELECT pid FROM stuck WHERE pg_terminate_backend(pid)", r => r.Int(0)).ConfigureAwait(false)).Count);

    internal override void Notify(StatementBatch batch) => batch.Query("SELECT pg_notify('holdfast', $1)", _ => 0, _sender);

    internal override async Task ListenAsync(Action heard, CancellationToken ct)
    {
        // A connection of its own: it is kept for as long as the process lives.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false, KeepAlive = 10 }.ConnectionString);
        connection.Notification += (_, e) =>
        {
            // Our own come back, too.
            if (e.Payload != _sender)
            {
                heard();
            }
        };
        await connection.OpenAsync(ct).ConfigureAwait(false);
        await using (var listen = new NpgsqlCommand("LISTEN holdfast", connection))
        {
            await listen.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }

        // Whatever was committed before we listened.
        heard();
        while (true)
        {
            await connection.WaitAsync(ct).ConfigureAwait(false);
        }
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
            // A paused or cut-off process must give its rows back: ADR 3. And a plan that is prepared while a table is empty is used when it has a
            // million rows: it must go by the index from the start. What has no index to go by then counts as so dear that the server would compile it
            // anew each time (jit), which takes it longer than the statement.
            Options = "-c enable_seqscan=off -c jit=off -c lock_timeout=2s -c idle_in_transaction_session_timeout=5s -c statement_timeout=30s -c tcp_user_timeout=10s",
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
