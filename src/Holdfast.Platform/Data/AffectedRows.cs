
namespace Holdfast.Platform.Data;

/// <summary>The number of rows one statement of a batch changed.</summary>
public sealed class AffectedRows : Statement
{
    internal AffectedRows(string sql, object?[] args) : base(sql, args)
    {
    }

    internal AffectedRows(RowSet rows, WriteKind kind, string sql) : base(rows, kind, sql)
    {
    }

    public int Count { get; private set; }

    internal override bool HasRows => false;

    internal override bool HasChanged => Count > 0;

    internal override void Take(Row row) => throw new InvalidOperationException("no rows expected");

    internal override void Done(int changed)
    {
        Count += changed;
        if (Kind == WriteKind.Change && changed < RowSet!.Count)
        {
            throw new StaleRowException($"{RowSet.Table}: {RowSet.Count - changed} of {RowSet.Count} rows were not as read");
        }
    }
}
