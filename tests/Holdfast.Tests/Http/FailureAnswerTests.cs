using System.Text.Json;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Compliance;
using Holdfast.Tests.Fixtures;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Tests.Http;

/// <summary>What a caller is told when a use case throws, and what the log is told: whose fault it is, and whether to come back.</summary>
public abstract class FailureAnswerTests(TestHost host)
{
    private TestServer Server => host.Server;

    [Fact]
    public async Task A_commit_whose_outcome_is_not_known_is_to_be_repeated_with_its_key()
    {
        for (var again = 0; again < 2; again++)
        {
            await AssertToldAsync(() => throw new OutcomeUnknownException(new IOException("cut off")), 503, "outcome_unknown",
                comesBack: true);
        }

        // A state of the database is told once.
        Assert.Single(Server.Log.Lines,
            l => l.Contains("the answer to COMMIT was lost, and its outcome is not known: cut off", StringComparison.Ordinal));
    }

    [Fact]
    public Task A_database_whose_connections_are_used_up_is_unavailable() =>
        AssertToldAsync(() => throw new ConnectionsUsedUpException(), 503, "database_unavailable", comesBack: true);

    [Fact]
    public async Task A_database_that_is_read_only_is_unavailable()
    {
        var table = await Scratch.CountersAsync(Server.Db, 1);
        // The state of a connection of its own on SQLite, where that stays so.
        await using var db = Server.Database.Open();
        var setting = db.Name == "sqlite" ? "PRAGMA query_only = ON" : "SET TRANSACTION READ ONLY";
        await AssertToldAsync(async () =>
        {
            await using var tx = await db.BeginAsync();
            await tx.ExecuteAsync(setting);
            await tx.ExecuteAsync($"UPDATE {table} SET n = 2");
        }, 503, "database_unavailable", comesBack: true);
    }

    [Fact]
    public Task A_lock_that_others_hold_is_unavailable() =>
        AssertToldAsync(() => throw new StaleRowException("changed"), 503, "database_unavailable", comesBack: true);

    [Fact]
    public async Task A_broken_CHECK_is_our_fault_and_in_the_log_as_an_error()
    {
        var table = await Scratch.TableAsync(Server.Db, "id int PRIMARY KEY, n bigint NOT NULL CHECK (n >= 0)");
        var lines = await AssertToldAsync(() => Server.Db.WriteAsync(tx => tx.ExecuteAsync($"INSERT INTO {table} (id, n) VALUES (1, -1)")),
            500, "internal_error");
        Assert.StartsWith("Error: A request failed", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_no_column_holds_is_the_callers()
    {
        var table = await Scratch.TableAsync(Server.Db, "id int PRIMARY KEY, word text NOT NULL");
        var lines = await AssertToldAsync(() =>
            Server.Db.WriteAsync(tx => tx.ExecuteAsync($"INSERT INTO {table} (id, word) VALUES (1, $1)", "a\0b")),
            422, "unstorable_value");
        Assert.StartsWith("Warning: The database refused a value", Assert.Single(lines), StringComparison.Ordinal);
    }

    /// <summary>Lets a use case fail. Returns what was logged.</summary>
    private async Task<List<string>> AssertToldAsync(Func<Task> fail, int status, string code, bool comesBack = false)
    {
        using var body = new MemoryStream();
        var trace = Guid.CreateVersion7().ToString();
        var http = new DefaultHttpContext { TraceIdentifier = trace, Response = { Body = body } };
        await Server.Get<EndpointPipeline>().HandleAsync(http, new RouteRule("GET", "/api/v1/failing", Access.Anyone), async _ =>
        {
            await fail();
            return Errors.NotFound;
        });
        var problem = JsonDocument.Parse(body.ToArray()).RootElement;
        Assert.Equal((status, code), (http.Response.StatusCode, problem.GetProperty("code").GetString()));
        Assert.Equal(comesBack, http.Response.Headers.RetryAfter.Count > 0);
        return [.. Server.Log.Lines.Where(l => l.Contains(trace, StringComparison.Ordinal))];
    }
}

public sealed class FailureAnswer_on_sqlite(SqliteHost host) : FailureAnswerTests(host), IClassFixture<SqliteHost>;

public sealed class FailureAnswer_on_postgresql(PostgresHost host) : FailureAnswerTests(host), IClassFixture<PostgresHost>;
