using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Telemetry;

public abstract class HealthTests(TestHost host)
{
    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/health")]
    public async Task Is_healthy(string path)
    {
        var answer = await host.Server.Guest.GetFromJsonAsync<JsonElement>(path);
        Assert.Equal("healthy", answer.GetProperty("status").GetString());
        if (path == "/health")
        {
            var database = Assert.Single(answer.GetProperty("dependencies").EnumerateArray());
            Assert.Equal(("database", host.Server.Db.Name, "healthy"),
                (database.GetProperty("name").GetString(), database.GetProperty("kind").GetString(), database.GetProperty("status")
                .GetString()));
            Assert.InRange(database.GetProperty("latencyMs").GetDouble(), 0, 2000);
        }
    }
}

public sealed class Health_on_sqlite(SqliteHost host) : HealthTests(host), IClassFixture<SqliteHost>;

public sealed class Health_on_postgresql(PostgresHost host) : HealthTests(host), IClassFixture<PostgresHost>;

public sealed class Health_without_a_database
{
    [Fact]
    public async Task Lives_but_is_not_ready_and_says_which_part_is_down_but_not_more()
    {
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        await using var server = await TestServer.StartAsync(database, ownsDatabase: false);
        // The server's connections end with its database; new ones are refused.
        await (await PostgresServer.SharedAsync()).ExecuteAsync($"DROP DATABASE {new Uri(database.Url).AbsolutePath[1..]} WITH (FORCE)");

        using var live = await server.Guest.GetAsync("/health/live", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        using var ready = await server.Guest.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        using var all = await server.Guest.GetAsync("/health", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, all.StatusCode);
        var text = await all.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("unhealthy", JsonDocument.Parse(text).RootElement.GetProperty("dependencies")[0].GetProperty("status").GetString());
        Assert.DoesNotContain("127.0.0.1", text, StringComparison.Ordinal);
    }
}
