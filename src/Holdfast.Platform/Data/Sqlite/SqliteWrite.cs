using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Holdfast.Platform.Data.Sqlite;

/// <summary>
/// A prepared write that returns no rows and runs once per row of a set. Values are bound without ADO.NET: its parameters box each value
/// and its readers cost more than SQLite itself, which made an order three times as expensive.
/// </summary>
internal sealed class SqliteWrite : IDisposable
{
    private readonly sqlite3 _db;
    private readonly sqlite3_stmt _statement;
    private byte[] _text = new byte[256];

    public SqliteWrite(sqlite3 db, string sql)
    {
        _db = db;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(db, sql, out _statement), db);
        if (raw.sqlite3_column_count(_statement) > 0)
        {
            _statement.Dispose();
            throw new InvalidOperationException($"a statement that gives rows was run as one that gives none: {sql}");
        }
    }

    /// <summary>Returns how many rows of the table were changed.</summary>
    public int Run(RowSet rows)
    {
        var changed = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            for (var column = 0; column < rows.Columns.Count; column++)
            {
                Check(Bind(rows, column, row));
            }

            var code = raw.sqlite3_step(_statement);
            if (code != raw.SQLITE_DONE)
            {
                // What is to be said of it is known to the connection until the next call.
                try
                {
                    Check(code);
                }
                finally
                {
                    raw.sqlite3_reset(_statement);
                }
            }

            changed += raw.sqlite3_changes(_db);
            Check(raw.sqlite3_reset(_statement));
        }

        return changed;
    }

    public void Dispose() => _statement.Dispose();

    private int Bind(RowSet rows, int column, int row)
    {
        var (values, at) = (rows.Values[column], column + 1);
        return rows.Columns[column].Type switch
        {
            ColumnType.Uuid => ((List<Guid?>)values)[row] is { } id ? BindUuid(at, id) : BindNull(at),
            ColumnType.Text => ((List<string?>)values)[row] is { } text ? BindText(at, text) : BindNull(at),
            ColumnType.Int => ((List<int?>)values)[row] is { } number ? BindNumber(at, number) : BindNull(at),
            ColumnType.Long => ((List<long?>)values)[row] is { } number ? BindNumber(at, number) : BindNull(at),
            ColumnType.Bool => ((List<bool?>)values)[row] is { } yes ? BindNumber(at, yes ? 1 : 0) : BindNull(at),
            ColumnType.Bytes => ((List<byte[]?>)values)[row] is { } bytes ? BindBytes(at, bytes) : BindNull(at),
            ColumnType.Time => ((List<DateTime?>)values)[row] is { } time ? BindNumber(at, SqliteDb.ToMicroseconds(time)) : BindNull(at),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private int BindNull(int at) => raw.sqlite3_bind_null(_statement, at);

    private int BindNumber(int at, long number) => raw.sqlite3_bind_int64(_statement, at, number);

    private int BindUuid(int at, Guid id)
    {
        Span<byte> text = stackalloc byte[36];
        id.TryFormat(text, out _, "D");
        return raw.sqlite3_bind_text(_statement, at, text);
    }

    // An empty span has no address, which SQLite takes for NULL.
    private int BindBytes(int at, byte[] bytes) =>
        bytes.Length == 0 ? raw.sqlite3_bind_zeroblob(_statement, at, 0) : raw.sqlite3_bind_blob(_statement, at, bytes.AsSpan());

    private int BindText(int at, string text)
    {
        if (text.Length == 0)
        {
            return raw.sqlite3_bind_text(_statement, at, "");
        }

        SqliteDb.Checked(text);
        if (_text.Length < text.Length * 3)
        {
            _text = new byte[text.Length * 3];
        }

        return raw.sqlite3_bind_text(_statement, at, _text.AsSpan(0, Encoding.UTF8.GetBytes(text, _text)));
    }

    private void Check(int code) => SqliteException.ThrowExceptionForRC(code, _db);
}
