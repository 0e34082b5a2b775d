using Holdfast.Platform.Data;

namespace Holdfast.Tests.Fixtures;

/// <summary>The databases that every suite runs on.</summary>
public enum Backend
{
    Sqlite,
    Postgres,
}

/// <summary>An empty database with every module's tables, of the test's own.</summary>
public sealed class TestDb : IAsyncDisposable
{
    private const string Template = "holdfast_template";
    private static readonly SemaphoreSlim MakingTemplate = new(1, 1);
    private static bool _hasTemplate;

    private readonly List<Db> _opened = [];
    private readonly string _place;

    private TestDb(Backend backend, string url, string place)
    {
        (Backend, Url, _place) = (backend, url, place);
        Db = Open();
    }

    public Backend Backend { get; }

    /// <summary>The DATABASE_URL.</summary>
    public string Url { get; }

    public Db Db { get; }

    /// <summary>Makes the database. Skips the calling test, aloud, where PostgreSQL is wanted and not installed.</summary>
    /// <param name="migrated">Without: no tables at all.</param>
    public static async Task<TestDb> CreateAsync(Backend backend, bool migrated = true)
    {
        if (backend == Backend.Sqlite)
        {
            var folder = Directory.CreateTempSubdirectory("holdfast-").FullName;
            var lite = new TestDb(backend, $"sqlite:{folder}/holdfast.db", folder);
            if (migrated)
            {
                await Migrations.ApplyAsync(lite.Db, Server.Modules);
            }

            return lite;
        }

        PostgresServer.Require();
        var server = await PostgresServer.SharedAsync();
        var name = $"t_{Guid.CreateVersion7():N}";
        if (migrated)
        {
            await MakeTemplateAsync(server);
        }

        await server.ExecuteAsync($"CREATE DATABASE {name}{(migrated ? $" TEMPLATE {Template}" : "")}");
        return new TestDb(backend, server.Url(name), name);
    }

    /// <summary>One more <see cref="Db"/> over the same database, as another process would have. Closed with this.</summary>
    public Db Open()
    {
        var db = Db.Open(Url);
        _opened.Add(db);
        return db;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var db in _opened)
        {
            await db.DisposeAsync();
        }

        if (Backend == Backend.Sqlite)
        {
            Directory.Delete(_place, recursive: true);
        }
        else
        {
            await (await PostgresServer.SharedAsync()).DropSoonAsync(_place);
        }
    }

    /// <summary>Once a run; where that fails, the next who asks tries again.</summary>
    private static async Task MakeTemplateAsync(PostgresServer server)
    {
        await MakingTemplate.WaitAsync();
        try
        {
            if (_hasTemplate)
            {
                return;
            }

            await server.ExecuteAsync($"DROP DATABASE IF EXISTS {Template}");
            await server.ExecuteAsync($"CREATE DATABASE {Template}");
            await using var db = Db.Open(server.Url(Template));
            await Migrations.ApplyAsync(db, Server.Modules);
            _hasTemplate = true;
        }
        finally
        {
            MakingTemplate.Release();
        }
    }
}

/// <summary>
/// A database per test class. The same suite runs on both so:
/// <code>
/// public abstract class FooTests(TestDatabase database) { ... database.Db ... }
/// public sealed class Foo_on_sqlite(SqliteDatabase database) : FooTests(database), IClassFixture&lt;SqliteDatabase&gt;;
/// public sealed class Foo_on_postgresql(PostgresDatabase database) : FooTests(database), IClassFixture&lt;PostgresDatabase&gt;;
/// </code>
/// A test that must not see what others left asks <see cref="TestDb.CreateAsync"/> for one of its own.
/// </summary>
public abstract class TestDatabase(Backend backend) : IAsyncLifetime
{
    private TestDb? _test;

    public Backend Backend { get; } = backend;

    /// <summary>Skips the calling test where this database is not installed.</summary>
    public TestDb Test
    {
        get
        {
            if (_test is null)
            {
                PostgresServer.Require();
            }

            return _test!;
        }
    }

    public Db Db => Test.Db;

    public async ValueTask InitializeAsync()
    {
        if (Backend == Backend.Sqlite || PostgresServer.Binaries is not null)
        {
            _test = await TestDb.CreateAsync(Backend);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_test is not null)
        {
            await _test.DisposeAsync();
        }
    }
}

/// <summary>A class fixture: SQLite.</summary>
public sealed class SqliteDatabase() : TestDatabase(Backend.Sqlite);

/// <summary>A class fixture: PostgreSQL.</summary>
public sealed class PostgresDatabase() : TestDatabase(Backend.Postgres);
