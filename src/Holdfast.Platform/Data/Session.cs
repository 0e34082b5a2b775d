using System.Data.Common;

namespace Holdfast.Platform.Data;

/// <summary>A connection with or without a transaction. Not for use by two callers at once.</summary>
public abstract class Session
{
    private protected Session(Db db) => Db = db;

    public Db Db { get; }

    /// <summary>All rows of a query.</summary>
    public async Task<List<T>> QueryAsync<T>(string sql, Func<Row, T> map, params object?[] args)
    {
        var batch = Batch();
        var rows = batch.Query(sql, map, args);
        await batch.RunAsync().ConfigureAwait(false);
        return rows.Rows;
    }

    /// <summary>The first row of a query, or default.</summary>
    public async Task<T?> FirstAsync<T>(string sql, Func<Row, T> map, params object?[] args)
    {
        var rows = await QueryAsync(sql, map, args).ConfigureAwait(false);
        return rows.Count > 0 ? rows[0] : default;
    }

    /// <summary>Runs one statement; the number of rows it changed.</summary>
    public async Task<int> ExecuteAsync(string sql, params object?[] args)
    {
        var batch = Batch();
        var changed = batch.Execute(sql, args);
        await batch.RunAsync().ConfigureAwait(false);
        return changed.Count;
    }

    /// <summary>The database's clock, in UTC, to the millisecond.</summary>
    public async Task<DateTime> NowAsync()
    {
        var batch = Batch();
        var now = batch.Now();
        await batch.RunAsync().ConfigureAwait(false);
        return now.Rows[0];
    }

    /// <summary>Statements that are sent together: one round trip on PostgreSQL.</summary>
    public StatementBatch Batch() => new(this);

    internal abstract Task RunAsync(IReadOnlyList<Statement> statements);

    internal abstract string ClockSql { get; }

    private protected static InvalidOperationException Ended() => new("this transaction has ended");

    private protected static InvalidOperationException HasFailed() =>
        new("a statement of this transaction has failed; it cannot be committed");
}

/// <summary>Statements of one round trip; results are there after <see cref="RunAsync"/>.</summary>
public sealed class StatementBatch(Session session)
{
    private readonly List<Statement> _statements = [];

    /// <summary>A statement that gives rows; one that gives none (no SELECT, no RETURNING) is a bug and throws when run.</summary>
    public Fetched<T> Query<T>(string sql, Func<Row, T> map, params object?[] args)
    {
        var fetched = new Fetched<T>(sql, args, map);
        _statements.Add(fetched);
        return fetched;
    }

    /// <summary>A statement that gives no rows; one that does is a bug and throws when run.</summary>
    public Changed Execute(string sql, params object?[] args)
    {
        var changed = new Changed(sql, args);
        _statements.Add(changed);
        return changed;
    }

    /// <summary>The database's clock at this point of the batch, cut to the millisecond.</summary>
    public Fetched<DateTime> Now() => Query(session.ClockSql, row =>
    {
        var now = row.Time(0) + session.Db.ClockSkew;
        return new DateTime(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), DateTimeKind.Utc);
    });

    /// <summary>Inserts the rows, in one statement on PostgreSQL. <paramref name="suffix"/>: e.g. <c>ON CONFLICT DO NOTHING</c>.</summary>
    public Changed Insert(RowSet rows, string suffix = "") => Add(new Changed(rows, WriteKind.Insert, suffix));

    /// <summary>As <see cref="Insert"/> with RETURNING: the rows that were really inserted.</summary>
    public Fetched<T> InsertReturning<T>(RowSet rows, string suffix, Func<Row, T> map) => Add(new Fetched<T>(rows, suffix, map));

    /// <summary>
    /// Updates or deletes one row per row of the set: <c>UPDATE t SET a = {v.a} WHERE t.id = {v.id}</c> or <c>DELETE FROM t WHERE t.id =
    /// {v.id}</c>, where <c>{v.x}</c> is the set's column. Each row must be found, or <see cref="StaleRowException"/> is thrown and nothing
    /// may be committed.
    /// </summary>
    public Changed ChangeEach(RowSet rows, string sql) => Add(new Changed(rows, WriteKind.Change, sql));

    /// <summary>As <see cref="Tx.Stale"/> of the transaction that this batch belongs to.</summary>
    public void Stale(string name, bool promptly = true) => ((Tx)session).Stale(name, promptly);

    /// <summary>Sends the statements collected so far. The batch may be filled and run again.</summary>
    public async Task RunAsync()
    {
        if (_statements.Count > 0)
        {
            await session.RunAsync(_statements).ConfigureAwait(false);
            _statements.Clear();
        }
    }

    private T Add<T>(T statement) where T : Statement
    {
        statement.RowSet!.CheckWhole();
        if (statement.RowSet.Count > 0)
        {
            _statements.Add(statement);
        }

        return statement;
    }
}

/// <summary>Answers and statements that do not belong together: always a bug of the caller.</summary>
internal static class Mismatch
{
    public static InvalidOperationException GivesRows(Statement s) =>
        new($"a statement that gives rows was run as one that gives none: {s.Sql}");

    public static InvalidOperationException GivesNone(Statement s) => new($"a statement that gives no rows was run as a query: {s.Sql}");
}

internal enum WriteKind
{
    None,
    Insert,
    Change,
}

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

    /// <summary>Whether it has changed rows, once it was run.</summary>
    internal abstract bool HasChanged { get; }

    internal abstract void Take(Row row);

    internal abstract void Done(int changed);
}

/// <summary>The rows of one query of a batch.</summary>
public sealed class Fetched<T> : Statement
{
    private readonly Func<Row, T> _map;

    internal Fetched(string sql, object?[] args, Func<Row, T> map) : base(sql, args) => _map = map;

    internal Fetched(RowSet rows, string suffix, Func<Row, T> map) : base(rows, WriteKind.Insert, suffix) => _map = map;

    public List<T> Rows { get; } = [];

    public T? First => Rows.Count > 0 ? Rows[0] : default;

    internal override bool HasRows => true;

    internal override bool HasChanged => Rows.Count > 0 && (RowSet is not null || !Sql.StartsWith("SELECT", StringComparison.Ordinal));

    internal override void Take(Row row) => Rows.Add(_map(row));

    internal override void Done(int changed)
    {
    }
}

/// <summary>The number of rows one statement of a batch changed.</summary>
public sealed class Changed : Statement
{
    internal Changed(string sql, object?[] args) : base(sql, args)
    {
    }

    internal Changed(RowSet rows, WriteKind kind, string sql) : base(rows, kind, sql)
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
