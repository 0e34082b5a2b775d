
namespace Holdfast.Platform.Data;

/// <summary>One statement of a batch.</summary>
public abstract class Statement
{
    // A string[] given as the only argument is taken for the argument list by the compiler (arrays are covariant); it is one argument.
    private protected Statement(string sql, object?[] args) => (Sql, Args) = (sql, args is string[]? [args] : args);

    private protected Statement(RowSet rows, WriteKind kind, string sql) => (RowSet, Kind, Sql, Args) = (rows, kind, sql, []);

    internal string Sql { get; }

    internal object?[] Args { get; }

    internal RowSet? RowSet { get; }

    internal WriteKind Kind { get; }

    internal abstract bool HasRows { get; }

    /// <summary>Whether the statement has changed rows, known once it has run.</summary>
    internal abstract bool HasChanged { get; }

    internal abstract void Take(Row row);

    internal abstract void Done(int changed);
}
