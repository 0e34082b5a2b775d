using Npgsql;

namespace Holdfast.Platform.Data;

internal sealed class PostgresSession(PostgresDb db, NpgsqlConnection connection) : Session(db)
{
    internal override string ClockSql => "SELECT clock_timestamp()";

    internal override Task RunAsync(IReadOnlyList<Statement> statements) => PostgresRunner.RunAsync(connection, statements, begin: false);
}

internal sealed class PostgresTx(PostgresDb db, NpgsqlConnection connection) : Tx(db)
{
    private bool _begun;
    private bool _isUnlimited;
    private bool _failed;
    private bool _ended;

    internal override string ClockSql => "SELECT clock_timestamp()";

    public override Fetched<string> Id(StatementBatch batch) => batch.Query("SELECT pg_current_xact_id(){as text}", r => r.Text(0));

    internal override async Task RunAsync(IReadOnlyList<Statement> statements)
    {
        if (_ended)
        {
            throw Ended();
        }

        // BEGIN rides with the first statements: no round trip of its own.
        var begin = !_begun;
        _begun = true;
        _failed = true;
        await PostgresRunner.RunWithCopiesAsync(connection, statements, begin, _isUnlimited).ConfigureAwait(false);
        _failed = false;
    }

    public override Task LockTableAsync(string table) => ExecuteAsync($"LOCK TABLE {table} IN EXCLUSIVE MODE");

    internal override Task WithoutTimeLimitAsync()
    {
        _isUnlimited = true;
        return ExecuteAsync("SET LOCAL statement_timeout = 0");
    }

    private protected override async Task CommitCoreAsync(CancellationToken ct)
    {
        if (_ended)
        {
            throw Ended();
        }

        if (_begun)
        {
            // COMMIT of a failed transaction answers ROLLBACK without an error: never take that for a commit.
            if (_failed)
            {
                throw HasFailed();
            }

            _ended = true;
            await PostgresRunner.CommitAsync(connection, Db.KeepsStaleNames ? Noted?.Row(ClockSql) : null).ConfigureAwait(false);
        }

        _ended = true;
    }

    private protected override async Task RollbackCoreAsync()
    {
        var open = _begun && !_ended;
        _ended = true;
        if (open)
        {
            await using var rollback = new NpgsqlCommand("ROLLBACK", connection);
            await rollback.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await RollbackCoreAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (Db.IsConnectionLost(e) || e is InvalidOperationException)
        {
            // The connection is gone, and with it the transaction.
        }

        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
