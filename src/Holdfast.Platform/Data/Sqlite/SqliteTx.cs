using Microsoft.Data.Sqlite;

namespace Holdfast.Platform.Data.Sqlite;

/// <summary>A transaction on the one writing connection.</summary>
internal sealed class SqliteTx(SqliteDb db, SqliteConnectionHolder connection, SemaphoreSlim writer) : Tx(db)
{
    private bool _failed;
    private bool _ended;
    private bool _disposed;

    internal override string ClockSql => SqliteRunner.Clock;

    internal override Task RunAsync(IReadOnlyList<Statement> statements)
    {
        if (_ended)
        {
            throw Ended();
        }

        _failed = true;
        SqliteRunner.Run(connection, statements);
        _failed = false;
        Note(statements);
        return Task.CompletedTask;
    }

    private protected override Task CommitCoreAsync(CancellationToken ct)
    {
        if (_ended || _failed)
        {
            // SQLite would commit what the other statements did.
            throw _ended ? Ended() : HasFailed();
        }

        SqliteRunner.Run(connection, [.. LastStatements().Select(last => new AffectedRows(last.Sql, last.Args))]);

        connection.Execute("COMMIT");
        _ended = true;
        return Task.CompletedTask;
    }

    private protected override Task RollbackCoreAsync()
    {
        if (!_ended)
        {
            _ended = true;
            connection.Execute("ROLLBACK");
        }

        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            await RollbackCoreAsync();
        }
        catch (SqliteException e) when (e.SqliteErrorCode == 1)
        {
            // SQLite has already rolled back automatically (disk full, out of memory).
        }
        finally
        {
            writer.Release();
        }
    }
}
