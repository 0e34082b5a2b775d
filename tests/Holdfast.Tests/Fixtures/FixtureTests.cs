namespace Holdfast.Tests.Fixtures;

public abstract class FixtureTests(TestDatabase database)
{
    [Fact]
    public async Task Gives_a_database_with_tables()
    {
        Assert.Equal(0, await database.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM outbox", r => r.Long(0))));
        Assert.Equal(database.Backend == Backend.Sqlite ? "sqlite" : "postgresql", database.Db.Name);
    }
}

public sealed class Fixture_on_sqlite(SqliteDatabase database) : FixtureTests(database), IClassFixture<SqliteDatabase>;

public sealed class Fixture_on_postgresql(PostgresDatabase database) : FixtureTests(database), IClassFixture<PostgresDatabase>;
