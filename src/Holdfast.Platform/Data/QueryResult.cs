
namespace Holdfast.Platform.Data;

/// <summary>The rows of one query of a batch.</summary>
public sealed class QueryResult<T> : Statement
{
    private readonly Func<Row, T> _map;

    internal QueryResult(string sql, object?[] args, Func<Row, T> map) : base(sql, args) => _map = map;

    internal QueryResult(RowSet rows, string suffix, Func<Row, T> map) : base(rows, WriteKind.Insert, suffix) => _map = map;

    public List<T> Rows { get; } = [];

    public T? First => Rows.Count > 0 ? Rows[0] : default;

    internal override bool HasRows => true;

    internal override bool HasChanged => Rows.Count > 0 && (RowSet is not null || !Sql.StartsWith("SELECT", StringComparison.Ordinal));

    internal override void Take(Row row) => Rows.Add(_map(row));

    internal override void Done(int changed)
    {
    }
}
