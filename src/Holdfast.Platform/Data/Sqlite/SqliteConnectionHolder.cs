using Microsoft.Data.Sqlite;

namespace Holdfast.Platform.Data.Sqlite;

/// <summary>A connection with its prepared statements.</summary>
internal sealed class SqliteConnectionHolder(SqliteConnection connection) : IDisposable
{
    private const int MaxPrepared = 300;
    private readonly Dictionary<string, SqliteCommand> _prepared = [];
    private readonly Dictionary<string, SqliteWrite> _writes = [];

    public SqliteCommand Prepared(string sql, int parameters)
    {
        if (_prepared.TryGetValue(sql, out var command))
        {
            return command;
        }

        if (_prepared.Count >= MaxPrepared)
        {
            foreach (var old in _prepared.Values)
            {
                old.Dispose();
            }

            _prepared.Clear();
        }

        command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 1; i <= parameters; i++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}", Value = DBNull.Value });
        }

        command.Prepare();
        return _prepared[sql] = command;
    }

    /// <summary>The statement for a row set.</summary>
    public SqliteWrite Write(Statement statement)
    {
        var sql = SqliteDb.WriteSql(statement);
        if (_writes.TryGetValue(sql, out var write))
        {
            return write;
        }

        if (_writes.Count >= MaxPrepared)
        {
            foreach (var old in _writes.Values)
            {
                old.Dispose();
            }

            _writes.Clear();
        }

        return _writes[sql] = new SqliteWrite(connection.Handle!, sql);
    }

    public void Execute(string sql) => Prepared(sql, 0).ExecuteNonQuery();

    /// <summary>
    /// Begins a writing transaction. Returns false at once while another process has one; the <paramref name="last"/> attempt throws
    /// instead.
    /// </summary>
    public bool TryBegin(bool last)
    {
        SQLitePCL.raw.sqlite3_busy_timeout(connection.Handle, 0);
        var code = SQLitePCL.raw.sqlite3_exec(connection.Handle, "BEGIN IMMEDIATE");
        SQLitePCL.raw.sqlite3_busy_timeout(connection.Handle, SqliteDb.BusyMilliseconds);
        // The lower eight bits are the kind of error.
        if (last || (code & 0xFF) is not (SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED))
        {
            SqliteException.ThrowExceptionForRC(code, connection.Handle);
        }

        return code == SQLitePCL.raw.SQLITE_OK;
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }

        foreach (var write in _writes.Values)
        {
            write.Dispose();
        }

        connection.Dispose();
    }
}
