using System.Net;

namespace Holdfast.Tests.Fixtures;

public abstract class FixtureTests(TestHost host)
{
    [Fact]
    public async Task Gives_a_server_over_a_database_with_tables()
    {
        Assert.Equal(host.Backend == Backend.Sqlite ? "sqlite" : "postgresql", host.Server.Db.Name);
        Assert.Equal(0, await host.Server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM outbox", r => r.Long(0))));
        using var answer = await host.Server.Guest.GetAsync(new Uri("/api/v1/nothing-here", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}

public sealed class Fixture_on_sqlite(SqliteHost host) : FixtureTests(host), IClassFixture<SqliteHost>;

public sealed class Fixture_on_postgresql(PostgresHost host) : FixtureTests(host), IClassFixture<PostgresHost>;
