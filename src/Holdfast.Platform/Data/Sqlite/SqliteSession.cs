
namespace Holdfast.Platform.Data.Sqlite;

/// <summary>A reading connection.</summary>
internal sealed class SqliteSession(SqliteDb db, SqliteConnectionHolder connection) : DbSession(db)
{
    internal override string ClockSql => SqliteRunner.Clock;

    internal override Task RunAsync(IReadOnlyList<Statement> statements)
    {
        SqliteRunner.Run(connection, statements);
        return Task.CompletedTask;
    }
}
