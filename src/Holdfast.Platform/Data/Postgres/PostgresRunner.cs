using System.Buffers;
using Npgsql;

namespace Holdfast.Platform.Data.Postgres;

/// <summary>Sends statements. Those between two large inserts share one round trip; large inserts use COPY.</summary>
internal static class PostgresRunner
{
    public const string Clock = "SELECT clock_timestamp()";

    /// <summary>
    /// From this number of rows on, COPY costs the server a third of what <c>unnest</c> does; below it, the extra round trips cost more.
    /// </summary>
    private const int CopyFrom = 24;

    /// <summary>As <see cref="RunAsync"/>, inside a transaction that may have to be begun first.</summary>
    /// <param name="isAbandoned">Checked between two round trips: after a late answer nothing more is sent.</param>
    public static async Task RunWithCopiesAsync(NpgsqlConnection connection, IReadOnlyList<Statement> statements, bool begin,
        bool isUnlimited, Func<bool> isAbandoned)
    {
        var (pending, late) = (new List<Statement>(), new List<Statement>());
        var encoded = Encode(statements);
        foreach (var statement in statements)
        {
            if (!encoded.TryGetValue(statement, out var encoding))
            {
                // A change can wait for inserts into other tables, and for nothing else: between two of them it would cost a round trip.
                if (statement.Kind == WriteKind.Change && encoded.Keys.All(c => c.RowSet!.Table != statement.RowSet!.Table))
                {
                    late.Add(statement);
                    continue;
                }

                pending.AddRange([.. late, statement]);
                late.Clear();
                continue;
            }

            // Encoded before COPY begins: a process that is paused in between must not leave the server waiting with locks held.
            var (rows, data) = (statement.RowSet!, await encoding);
            if (begin || pending.Count > 0)
            {
                await RunAsync(connection, pending, begin, isUnlimited);
                (begin, pending) = (false, []);
            }

            if (isAbandoned())
            {
                return;
            }

            await PostgresCopy.SendAsync(connection, rows, data);
            statement.Done(rows.Count);
        }

        pending.AddRange(late);
        if ((begin || pending.Count > 0) && !isAbandoned())
        {
            await RunAsync(connection, pending, begin, isUnlimited);
        }
    }

    /// <summary>
    /// Returns the bytes of the large inserts: those of the first at once, the others while the server is busy with the one before.
    /// </summary>
    private static Dictionary<Statement, Task<ArrayBufferWriter<byte>>> Encode(IReadOnlyList<Statement> statements)
    {
        var encoded = new Dictionary<Statement, Task<ArrayBufferWriter<byte>>>();
        foreach (var statement in statements)
        {
            if (statement is { Kind: WriteKind.Insert, Sql.Length: 0, HasRows: false, RowSet: { } rows } && rows.Count >= CopyFrom)
            {
                encoded.Add(statement, encoded.Count == 0 ? Task.FromResult(PostgresCopy.Encode(rows))
                    : Task.Run(() => PostgresCopy.Encode(rows)));
            }
        }

        return encoded;
    }

    public static async Task RunAsync(NpgsqlConnection connection, IReadOnlyList<Statement> statements, bool begin,
        bool isUnlimited = false)
    {
        await using var batch = Commands(connection, statements, begin);
        batch.Timeout = isUnlimited ? 0 : batch.Timeout;
        await using var reader = await batch.ExecuteReaderAsync();
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

            while (await reader.ReadAsync())
            {
                statement.Take(new Row(reader, sqlite: false));
            }

            hasRows = await reader.NextResultAsync();
        }

        if (hasRows)
        {
            throw Mismatch.GivesRows(statements.FirstOrDefault(s => !s.HasRows) ?? statements[^1]);
        }

        await reader.CloseAsync();
        var offset = begin ? 1 : 0;
        for (var i = 0; i < statements.Count; i++)
        {
            if (!statements[i].HasRows)
            {
                statements[i].Done((int)batch.BatchCommands[i + offset].RecordsAffected);
            }
        }
    }

    /// <summary>
    /// Writes a row if the server replicates synchronously: COMMIT then waits until a standby has all that was written before it.
    /// </summary>
    public static (string Sql, object?[] Args) Fence() =>
        ($"INSERT INTO commit_attempts (id, is_void, created_at) SELECT $1, false, ({Clock}) WHERE "
        + "current_setting('synchronous_standby_names') <> ''", [Guid.CreateVersion7()]);

    /// <summary>Sends COMMIT in one round trip with the last statements. Neither the server nor the client limits its time.</summary>
    public static async Task CommitAsync(NpgsqlConnection connection, IReadOnlyList<(string Sql, object?[] Args)> last, bool begin)
    {
        await using var batch = Commands(connection, [.. last.Select(l => new AffectedRows(l.Sql, l.Args))], begin);
        batch.Timeout = 0;
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SET LOCAL statement_timeout = 0"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static NpgsqlBatch Commands(NpgsqlConnection connection, IReadOnlyList<Statement> statements, bool begin)
    {
        var batch = new NpgsqlBatch(connection);
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

        return batch;
    }
}
