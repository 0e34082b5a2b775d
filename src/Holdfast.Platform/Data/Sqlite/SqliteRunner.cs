using Microsoft.Data.Sqlite;

namespace Holdfast.Platform.Data.Sqlite;

/// <summary>Runs statements one after another and hands each its result.</summary>
internal static class SqliteRunner
{
    public const string Clock = "SELECT CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER) * 1000";

    public static void Run(SqliteConnectionHolder connection, IReadOnlyList<Statement> statements)
    {
        foreach (var statement in statements)
        {
            if (statement.RowSet is { } rows)
            {
                if (statement.HasRows)
                {
                    WriteReturning(connection, statement, rows);
                }
                else
                {
                    statement.Done(connection.Write(statement).Run(rows));
                }

                continue;
            }

            var command = connection.Prepared(Sql.Sqlite(statement.Sql), statement.Args.Length);
            for (var i = 0; i < statement.Args.Length; i++)
            {
                command.Parameters[i].Value = SqliteDb.Parameter(statement.Args[i]);
            }

            statement.Done(Once(command, statement));
        }
    }

    private static void WriteReturning(SqliteConnectionHolder connection, Statement statement, RowSet rows)
    {
        var command = connection.Prepared(SqliteDb.WriteSql(statement), rows.Columns.Count);
        var total = 0;
        for (var r = 0; r < rows.Count; r++)
        {
            for (var c = 0; c < rows.Columns.Count; c++)
            {
                command.Parameters[c].Value = SqliteDb.Parameter(rows.Values[c][r]);
            }

            total += Once(command, statement);
        }

        statement.Done(total);
    }

    private static int Once(SqliteCommand command, Statement statement)
    {
        using var reader = command.ExecuteReader();
        // An ALTER TABLE that adds a CHECK has columns, since SQLite looks at the rows that are there.
        if (reader.FieldCount > 0 != statement.HasRows
            && (statement.HasRows || !statement.Sql.StartsWith("ALTER TABLE", StringComparison.OrdinalIgnoreCase)))
        {
            throw statement.HasRows ? Mismatch.GivesNone(statement) : Mismatch.GivesRows(statement);
        }

        while (reader.Read())
        {
            statement.Take(new Row(reader, sqlite: true));
        }

        return statement.HasRows ? 0 : reader.RecordsAffected;
    }
}
