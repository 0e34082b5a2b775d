namespace Holdfast.Tests.Fixtures;

/// <summary>
/// A class fixture: two servers over one database, each with connections and queues of its own, as two processes would have.
/// </summary>
public abstract class TwoServers(Backend backend) : IAsyncLifetime
{
    private TestServer? _first;
    private TestServer? _second;

    /// <summary>Skips the calling test where its database is not installed.</summary>
    public TestServer First
    {
        get
        {
            if (_first is null)
            {
                PostgresServer.Require();
            }

            return _first!;
        }
    }

    public TestServer Second => _second!;

    public async ValueTask InitializeAsync()
    {
        if (backend == Backend.Sqlite || PostgresServer.Binaries is not null)
        {
            _first = await TestServer.StartAsync(backend);
            _second = await TestServer.StartAsync(_first.Database, ownsDatabase: false, db: _first.Database.Open());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_second?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_first?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}

/// <summary>A class fixture: two servers on one SQLite file.</summary>
public sealed class TwoSqliteServers() : TwoServers(Backend.Sqlite);

/// <summary>A class fixture: two servers on one PostgreSQL database.</summary>
public sealed class TwoPostgresServers() : TwoServers(Backend.Postgres);
