namespace Holdfast.Platform.Data;

/// <summary>
/// Changes some columns of rows that were read. A row is changed only if its guard columns still have the values that were read.
/// </summary>
public sealed class TableChange<T>
{
    private readonly string _table;
    private readonly string _sql;
    private readonly Column[] _columns;
    private readonly Action<RowSet, T> _addNow;
    private readonly Action<RowSet, T> _addRead;

    internal TableChange(string table, TableColumn<T>[] keys, TableColumn<T>[] changed, TableColumn<T>[] guards, string? where)
    {
        _table = table;
        _columns = [.. keys.Concat(changed).Select(c => new Column(c.Name, c.Type)),
            .. guards.Select(c => new Column($"{c.Name}_read", c.Type))];
        var conditions = keys.Select(c => $"{table}.{c.Name} = {{v.{c.Name}}}")
            .Concat(guards.Select(c => $"{table}.{c.Name} = {{v.{c.Name}_read}}"));
        _sql = $"UPDATE {table} SET {string.Join(", ", changed.Select(c => $"{c.Name} = {{v.{c.Name}}}"))} "
            + $"WHERE {string.Join(" AND ", where is null ? conditions : conditions.Append(where))}";
        (_addNow, _addRead) = (Table<T>.Adder([.. keys, .. changed]), Table<T>.Adder(guards));
    }

    /// <summary>
    /// Writes the current values of the items. An item whose row was changed by somebody else throws <see cref="StaleRowException"/>.
    /// </summary>
    public void Save(StatementBatch batch, params IEnumerable<(T Read, T Now)> items)
    {
        var rows = new RowSet(_table, _columns);
        foreach (var (read, now) in items)
        {
            _addNow(rows, now);
            _addRead(rows, read);
        }

        batch.ChangeEach(rows, _sql);
    }
}
