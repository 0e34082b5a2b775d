using Npgsql;

namespace Holdfast.Platform.Data.Postgres;

internal sealed class PostgresTx(PostgresDb db, PostgresConnection connection) : Tx(db)
{
    // Without nested loops a wrong estimate, such as that of a table that was never analysed, costs one more scan and not a scan a row.
    private static readonly (string Name, string Value)[] WholeTables =
        [("enable_seqscan", "on"), ("enable_nestloop", "off"), ("jit", "off"), ("work_mem", "'64MB'")];

    private bool _begun;
    private bool _isUnlimited;
    private bool _failed;
    private bool _ended;

    internal override string ClockSql => PostgresRunner.Clock;

    internal override async Task RunAsync(IReadOnlyList<Statement> statements)
    {
        if (_ended)
        {
            throw Ended();
        }

        // BEGIN is sent with the first statements: no round trip of its own.
        var begin = !_begun;
        _begun = true;
        _failed = true;
        await connection.RunAsync(c => PostgresRunner.RunWithCopiesAsync(c, statements, begin, _isUnlimited, () => connection.IsAbandoned),
            Limit(connection.StatementLimit));
        _failed = false;
        Note(statements);
    }

    public override Task LockTableAsync(string table) => ExecuteAsync($"LOCK TABLE {table} IN EXCLUSIVE MODE");

    internal override Task WithoutTimeLimitAsync()
    {
        _isUnlimited = true;
        return ExecuteAsync("SET LOCAL statement_timeout = 0");
    }

    internal override async Task ForWholeTablesAsync()
    {
        await WithoutTimeLimitAsync();
        var settings = Batch();
        foreach (var (name, value) in WholeTables)
        {
            settings.Execute($"SET LOCAL {name} = {value}");
        }

        await settings.RunAsync();
    }

    private protected override async Task CommitCoreAsync(CancellationToken ct)
    {
        if (_ended)
        {
            throw Ended();
        }

        var last = LastStatements().ToList();
        if (LeavesFence && Attempt is null)
        {
            last.Add(PostgresRunner.Fence());
        }

        if (_begun || last.Count > 0)
        {
            // COMMIT of a failed transaction answers ROLLBACK without an error: never take that for a commit.
            if (_failed)
            {
                throw HasFailed();
            }

            _ended = true;
            await connection.CommitAsync(last, begin: !_begun, Limit(connection.CommitLimit));
        }

        _ended = true;
    }

    private protected override async Task RollbackCoreAsync()
    {
        var open = _begun && !_ended;
        _ended = true;
        if (open)
        {
            await connection.RunAsync(async c =>
            {
                await using var rollback = new NpgsqlCommand("ROLLBACK", c);
                await rollback.ExecuteNonQueryAsync(CancellationToken.None);
            }, connection.StatementLimit);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await RollbackCoreAsync();
        }
        catch (Exception e) when (Db.IsConnectionLost(e) || e is InvalidOperationException)
        {
            // The connection is gone, and with it the transaction.
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }

    private TimeSpan Limit(TimeSpan otherwise) => _isUnlimited ? Timeout.InfiniteTimeSpan : otherwise;
}
