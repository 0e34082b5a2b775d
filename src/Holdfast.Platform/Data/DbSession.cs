
namespace Holdfast.Platform.Data;

/// <summary>A connection with or without a transaction. Two callers must not use it at once.</summary>
public abstract class DbSession
{
    private protected DbSession(Db db) => Db = db;

    public Db Db { get; }

    /// <summary>Returns all rows of a query.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, Func<Row, T> map, params object?[] args)
    {
        var batch = Batch();
        var rows = batch.Query(sql, map, args);
        await batch.RunAsync();
        return rows.Rows;
    }

    /// <summary>Returns the first row of a query, or default.</summary>
    public async Task<T?> FirstAsync<T>(string sql, Func<Row, T> map, params object?[] args)
    {
        var rows = await QueryAsync(sql, map, args);
        return rows.Count > 0 ? rows[0] : default;
    }

    /// <summary>Runs one statement. Returns the number of rows that it changed.</summary>
    public async Task<int> ExecuteAsync(string sql, params object?[] args)
    {
        var batch = Batch();
        var changed = batch.Execute(sql, args);
        await batch.RunAsync();
        return changed.Count;
    }

    /// <summary>Returns the database's clock, in UTC, to the millisecond.</summary>
    public async Task<DateTime> NowAsync()
    {
        var batch = Batch();
        var now = batch.Now();
        await batch.RunAsync();
        return now.Rows[0];
    }

    /// <summary>Returns a batch of statements that are sent together: in one round trip on PostgreSQL.</summary>
    public StatementBatch Batch() => new(this);

    internal abstract Task RunAsync(IReadOnlyList<Statement> statements);

    internal abstract string ClockSql { get; }

    private protected static InvalidOperationException Ended() => new("this transaction has ended");

    private protected static InvalidOperationException HasFailed() =>
        new("a statement of this transaction has failed; it cannot be committed");
}
