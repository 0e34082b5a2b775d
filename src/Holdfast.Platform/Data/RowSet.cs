using System.Diagnostics;

namespace Holdfast.Platform.Data;

/// <summary>
/// Rows waiting to be written together, kept by column because that is what PostgreSQL's <c>unnest</c> takes.
/// Fill a row by calling <c>Add</c> once per column, in the order of the columns.
/// </summary>
public sealed class RowSet
{
    private readonly Column[] _columns;
    private int _cursor;

    public RowSet(string table, params Column[] columns)
    {
        (Table, _columns) = (table, columns);
        Values = new System.Collections.IList[columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            Values[i] = columns[i].Type switch
            {
                ColumnType.Uuid => new List<Guid?>(),
                ColumnType.Text => new List<string?>(),
                ColumnType.Int => new List<int?>(),
                ColumnType.Long => new List<long?>(),
                ColumnType.Bool => new List<bool?>(),
                ColumnType.Bytes => new List<byte[]?>(),
                ColumnType.Time => new List<DateTime?>(),
                _ => throw new UnreachableException(),
            };
        }
    }

    public string Table { get; }

    public IReadOnlyList<Column> Columns => _columns;

    public int Count => Values[0].Count;

    internal System.Collections.IList[] Values { get; }

    public RowSet Add(Guid? value) => Put<Guid?>(value, ColumnType.Uuid);

    public RowSet Add(string? value) => Put(value, ColumnType.Text);

    public RowSet Add(int? value) => Put<int?>(value, ColumnType.Int);

    public RowSet Add(long? value) => Put<long?>(value, ColumnType.Long);

    public RowSet Add(bool? value) => Put<bool?>(value, ColumnType.Bool);

    public RowSet Add(byte[]? value) => Put(value, ColumnType.Bytes);

    public RowSet Add(DateTime? value) => Put(value is { } time ? Utc.Checked(time) : (DateTime?)null, ColumnType.Time);

    private RowSet Put<T>(T value, ColumnType type)
    {
        if (_columns[_cursor].Type != type)
        {
            throw new InvalidOperationException($"{Table}.{_columns[_cursor].Name} is {_columns[_cursor].Type}, not {type}");
        }

        ((List<T>)Values[_cursor]).Add(value);
        _cursor = (_cursor + 1) % _columns.Length;
        return this;
    }

    internal void CheckWhole()
    {
        if (_cursor != 0)
        {
            throw new InvalidOperationException($"the last row of {Table} lacks {_columns[_cursor].Name}");
        }
    }
}
