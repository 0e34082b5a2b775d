using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using Holdfast.Configuration;
using Holdfast.Notifications.Mail;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Fixtures;

/// <summary>
/// Reads the tests' tokens (<see cref="TestServer.Token"/>), and everybody else's as the real reader does. A customer whose token it sees
/// for the first time gets an account.
/// </summary>
public sealed class TestTokenReader(Func<ITokenReader?> real, Db db) : ITokenReader
{
    public const string Prefix = "test|";

    private readonly ConcurrentDictionary<Guid, bool> _customers = new();

    public async ValueTask<Caller?> ReadAsync(string token)
    {
        if (!token.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return real() is { } reader ? await reader.ReadAsync(token) : null;
        }

        var parts = token.Split('|');
        var stores = parts[4].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Guid.Parse).ToHashSet();
        if (parts[1] == nameof(Role.Customer) && _customers.TryAdd(Guid.Parse(parts[2]), true))
        {
            await TestServer.AddCustomerAsync(db, Guid.Parse(parts[2]));
        }

        return new Caller(Guid.Parse(parts[2]), Enum.Parse<Role>(parts[1]), parts[3], parts[3].Split('@')[0], stores);
    }
}

/// <summary>An in-process server on a port of its own over a database of its own.</summary>
public sealed class TestServer : IAsyncDisposable
{
    private readonly List<HttpClient> _clients = [];

    private readonly bool _ownsDatabase;

    private TestServer(TestDb database, WebApplication app, TestLog log, bool ownsDatabase)
    {
        (Log, _ownsDatabase) = (log, ownsDatabase);
        (Database, App, Address) = (database, app, new Uri(app.Urls.First()));
        Guest = Client(null);
        Admin = Client(Token(Role.Admin, AdminId, "admin@example.com"));
    }

    public static Guid AdminId { get; } = Guid.Parse("01900000-0000-7000-8000-000000000001", CultureInfo.InvariantCulture);

    public TestDb Database { get; }

    public Db Db => Database.Db;

    public WebApplication App { get; }

    /// <summary>Its warnings and errors: look here when an answer was a 500.</summary>
    public TestLog Log { get; }

    public Uri Address { get; }

    /// <summary>Without a token.</summary>
    public HttpClient Guest { get; }

    public HttpClient Admin { get; }

    public HttpClient Staff(params Guid[] stores) => Client(Token(Role.Staff, Guid.CreateVersion7(), "staff@example.com", stores));

    public HttpClient Service(params Guid[] stores) => Client(Token(Role.Service, Guid.CreateVersion7(), "service@example.com", stores));

    /// <summary>A signed-in customer; a new one unless an id is given.</summary>
    public HttpClient Customer(Guid? id = null, string? email = null)
    {
        var subject = id ?? Guid.CreateVersion7();
        return Client(Token(Role.Customer, subject, email ?? $"{subject:N}@example.com"));
    }

    /// <summary>A token that says who one is, without a signature.</summary>
    public static string Token(Role role, Guid subject, string email, params Guid[] stores) =>
        $"{TestTokenReader.Prefix}{role}|{subject}|{email}|{string.Join(',', stores)}";

    /// <summary>An account without a password, unless there is one.</summary>
    public static Task AddCustomerAsync(Db db, Guid id) => db.WriteAsync(async tx => await tx.ExecuteAsync(
        "INSERT INTO users (id, role, email, email_key, active, created_at, updated_at) VALUES ($1, 'customer', $2, $2, $3, $4, $4) ON "
        + "CONFLICT DO NOTHING",
        id, $"test:{id}", true, await tx.NowAsync()));

    /// <summary>A client that sends the token, or none. Disposed with the server.</summary>
    public HttpClient Client(string? token)
    {
        var client = new HttpClient(new AnswerCheck()) { BaseAddress = Address };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        _clients.Add(client);
        return client;
    }

    public T Get<T>() where T : notnull => App.Services.GetRequiredService<T>();

    /// <param name="services">Changes to the services, after all modules.</param>
    public static async Task<TestServer> StartAsync(Backend backend, Action<IServiceCollection>? services = null)
    {
        var database = await TestDb.CreateAsync(backend);
        try
        {
            return await StartAsync(database, services);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>A server over a database that exists.</summary>
    /// <param name="settings">Without: those of a new installation, but nothing is rate limited.</param>
    /// <param name="db">Another connection to it, as another process would have.</param>
    /// <param name="ownsDatabase">Whether it is disposed with the server; not, where several servers share it.</param>
    public static async Task<TestServer> StartAsync(TestDb database, Action<IServiceCollection>? services = null, bool ownsDatabase = true,
        Settings? settings = null, Db? db = null)
    {
        var log = new TestLog();
        var app = Server.Build((settings ?? new Settings { RateLimits = false }) with { Urls = "http://127.0.0.1:0" }, db
            ?? database.Db, s =>
        {
            s.AddLogging(logging => logging.ClearProviders().AddProvider(log));
            UseTestTokens(s);
            KeepMails(s);
            services?.Invoke(s);
        });
        await app.StartAsync();
        return new TestServer(database, app, log, ownsDatabase);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await App.StopAsync();
        await App.DisposeAsync();
        if (_ownsDatabase)
        {
            await Database.DisposeAsync();
        }
    }

    /// <summary>Nothing sends what is queued: tests read it there. A server that is no worker has no sender.</summary>
    private static void KeepMails(IServiceCollection services) => services.RemoveWorker<MailSender>();

    private static void UseTestTokens(IServiceCollection services)
    {
        var real = services.LastOrDefault(s => s.ServiceType == typeof(ITokenReader));
        services.AddSingleton<ITokenReader>(provider => new TestTokenReader(() => real is null ? null
            : provider.GetServices<ITokenReader>().FirstOrDefault(r => r is not TestTokenReader), provider.GetRequiredService<Db>()));
    }
}

/// <summary>
/// A server per test class:
/// <code>
/// public abstract class FooTests(TestHost host) { ... host.Server.Admin.GetAsync("/api/v1/...") ... }
/// public sealed class Foo_on_sqlite(SqliteHost host) : FooTests(host), IClassFixture&lt;SqliteHost&gt;;
/// public sealed class Foo_on_postgresql(PostgresHost host) : FooTests(host), IClassFixture&lt;PostgresHost&gt;;
/// </code>
/// </summary>
public abstract class TestHost(Backend backend) : IAsyncLifetime
{
    private TestServer? _server;

    public Backend Backend { get; } = backend;

    /// <summary>Skips the calling test where its database is not installed.</summary>
    public TestServer Server
    {
        get
        {
            if (_server is null)
            {
                PostgresServer.Require();
            }

            return _server!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (Backend == Backend.Sqlite || PostgresServer.Binaries is not null)
        {
            _server = await TestServer.StartAsync(Backend);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}

/// <summary>A class fixture: a server on SQLite.</summary>
public sealed class SqliteHost() : TestHost(Backend.Sqlite);

/// <summary>A class fixture: a server on PostgreSQL.</summary>
public sealed class PostgresHost() : TestHost(Backend.Postgres);
