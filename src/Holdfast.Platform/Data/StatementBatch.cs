
namespace Holdfast.Platform.Data;

/// <summary>Statements of one round trip. Their results are there after <see cref="RunAsync"/>.</summary>
public sealed class StatementBatch(DbSession session)
{
    private readonly List<Statement> _statements = [];

    /// <summary>
    /// Adds a statement that returns rows. A statement that returns none (no SELECT, no RETURNING) is a bug and throws when it runs.
    /// </summary>
    public QueryResult<T> Query<T>(string sql, Func<Row, T> map, params object?[] args)
    {
        var fetched = new QueryResult<T>(sql, args, map);
        _statements.Add(fetched);
        return fetched;
    }

    /// <summary>Adds a statement that returns no rows. A statement that returns rows is a bug and throws when it runs.</summary>
    public AffectedRows Execute(string sql, params object?[] args)
    {
        var changed = new AffectedRows(sql, args);
        _statements.Add(changed);
        return changed;
    }

    /// <summary>Adds a reading of the database's clock, cut to the millisecond.</summary>
    public QueryResult<DateTime> Now() => Query(session.ClockSql, row =>
    {
        var now = row.Time(0) + session.Db.ClockSkew;
        return new DateTime(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), DateTimeKind.Utc);
    });

    /// <summary>Inserts the rows, in one statement on PostgreSQL. <paramref name="suffix"/>: e.g. <c>ON CONFLICT DO NOTHING</c>.</summary>
    public AffectedRows Insert(RowSet rows, string suffix = "") => Add(new AffectedRows(rows, WriteKind.Insert, suffix));

    /// <summary>As <see cref="Insert"/> with RETURNING: returns the rows that were really inserted.</summary>
    public QueryResult<T> InsertReturning<T>(RowSet rows, string suffix, Func<Row, T> map) => Add(new QueryResult<T>(rows, suffix, map));

    /// <summary>
    /// Updates or deletes one row per row of the set: <c>UPDATE t SET a = {v.a} WHERE t.id = {v.id}</c> or <c>DELETE FROM t WHERE t.id =
    /// {v.id}</c>, where <c>{v.x}</c> is the set's column. Each row must be found, or <see cref="StaleRowException"/> is thrown and nothing
    /// may be committed.
    /// </summary>
    public AffectedRows ChangeEach(RowSet rows, string sql) => Add(new AffectedRows(rows, WriteKind.Change, sql));

    /// <summary>Calls <see cref="Tx.Invalidate"/> of this batch's transaction.</summary>
    public void Invalidate(string name, bool immediately = true) => ((Tx)session).Invalidate(name, immediately);

    /// <summary>Sends the statements collected so far. The batch may be filled and run again.</summary>
    public async Task RunAsync()
    {
        if (_statements.Count > 0)
        {
            await session.RunAsync(_statements);
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
