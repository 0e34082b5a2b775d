using System.Net.Http.Json;
using Holdfast.Commands;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Http;

/// <summary>
/// What staff change and the line that says so are one commit, whatever the route: directly, through Idempotency, and in batches.
/// </summary>
public abstract class AuditTests(EveryRouteHost host)
{
    private readonly EveryRoute _routes = host.Routes;

    [Fact]
    public async Task No_route_changes_anything_without_its_line_and_none_leaves_two()
    {
        var rules = _routes.Rules.Where(IsAudited).OrderBy(r => r.Method == "DELETE").ToList();
        var before = await _routes.CountsAsync();
        await RefuseLinesAsync();
        foreach (var rule in rules)
        {
            Assert.True(await SendAsync(rule) >= 400, $"{rule} changed something that the log does not know");
        }

        Assert.Equal(before, await _routes.CountsAsync());
        await ExecuteAsync(host.Routes.Server.Database.Backend == Backend.Sqlite ? "DROP TRIGGER no_lines"
            : "DROP TRIGGER no_lines ON audit_log");
        var changed = 0;
        foreach (var rule in rules)
        {
            var (lines, status) = (await LinesAsync(), await SendAsync(rule));
            Assert.True(await LinesAsync() - lines == (status < 300 ? 1 : 0),
                $"{rule} answered {status} and left {await LinesAsync() - lines} lines");
            changed += status < 300 ? 1 : 0;
        }

        Assert.True(changed >= 20, $"{changed} routes took the request");
    }

    [Fact]
    public async Task A_line_names_the_store_that_only_the_query_names()
    {
        using var created = await _routes.Admin.PostAsJsonAsync("/api/v1/discount-codes",
            new { code = "GONE", kind = "fixed", value = 1000, storeId = DemoStore.StoreId });
        using var deleted = await _routes.Admin.DeleteAsync($"/api/v1/discount-codes/GONE?storeId={DemoStore.StoreId}");
        Assert.Equal((201, 204), ((int)created.StatusCode, (int)deleted.StatusCode));
        Assert.Equal((Guid?)DemoStore.StoreId,
            await _routes.Server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT store_id FROM audit_log WHERE action = 'DELETE /discount-codes/{code}' AND resource = 'GONE'",
            r => r.UuidOrNull(0))));
    }

    [Fact]
    public async Task A_line_names_the_store_of_what_is_gone()
    {
        using var created = await _routes.Admin.PostAsJsonAsync("/api/v1/products",
            new { storeId = DemoStore.StoreId, name = "Gone", variants = new[] { new { sku = "GONE", price = 1 } } });
        using var delete = new HttpRequestMessage(HttpMethod.Delete, created.Headers.Location);
        delete.Headers.TryAddWithoutValidation("If-Match", created.Headers.ETag!.Tag);
        using var deleted = await _routes.Admin.SendAsync(delete);
        Assert.Equal((201, 204), ((int)created.StatusCode, (int)deleted.StatusCode));
        Assert.Equal((Guid?)DemoStore.StoreId,
            await _routes.Server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT store_id FROM audit_log WHERE action = 'DELETE /products/{id}' AND resource = $1",
            r => r.UuidOrNull(0), created.Headers.Location!.ToString().Split('/')[^1])));
    }

    // Sign-in has lines of its own; a quote changes nothing, an access key is mailed, not changed, and a release leaves a line for each
    // order that it cancels.
    private static bool IsAudited(RouteRule rule) => rule.Method != "GET"
        && !rule.Pattern.StartsWith("/api/v1/auth/", StringComparison.Ordinal)
        && !rule.Pattern.EndsWith("/quote", StringComparison.Ordinal)
        && rule.Pattern is not ("/api/v1/orders/lookup" or "/api/v1/orders/unpaid-holds/release");

    private async Task<int> SendAsync(RouteRule rule)
    {
        using var request = _routes.Request(rule, rule.Method is "POST" or "PUT" ? new ByteArrayContent(_routes.GoodBody(rule)) : null);
        using var answer = await _routes.Admin.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private async Task RefuseLinesAsync()
    {
        if (_routes.Server.Database.Backend == Backend.Sqlite)
        {
            await ExecuteAsync("CREATE TRIGGER no_lines BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'no lines'); END");
            return;
        }

        await ExecuteAsync("CREATE FUNCTION no_lines() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no lines''; END'");
        await ExecuteAsync("CREATE TRIGGER no_lines BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION no_lines()");
    }

    private Task<long> LinesAsync() => _routes.Server.Db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM audit_log", r => r.Long(0)));

    private Task ExecuteAsync(string sql) => _routes.Server.Db.WriteAsync(tx => tx.ExecuteAsync(sql));
}

public sealed class Audit_on_sqlite(SqliteEveryRoute host) : AuditTests(host), IClassFixture<SqliteEveryRoute>;

public sealed class Audit_on_postgresql(PostgresEveryRoute host) : AuditTests(host), IClassFixture<PostgresEveryRoute>;
