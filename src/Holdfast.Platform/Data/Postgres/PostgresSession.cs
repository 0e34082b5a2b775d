
namespace Holdfast.Platform.Data.Postgres;

internal sealed class PostgresSession(PostgresDb db, PostgresConnection connection) : DbSession(db)
{
    internal override string ClockSql => PostgresRunner.Clock;

    internal override Task RunAsync(IReadOnlyList<Statement> statements) =>
        connection.RunAsync(c => PostgresRunner.RunAsync(c, statements, begin: false), connection.StatementLimit);
}
