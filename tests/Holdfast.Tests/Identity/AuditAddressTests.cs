using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Configuration;
using Holdfast.Identity;
using Holdfast.Identity.Accounts;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Identity;

/// <summary>Lines of the audit log name the client's address, whichever way they are written, and lose it in time.</summary>
public abstract class AuditAddressTests(Backend backend) : IAsyncLifetime
{
    private const string Password = "một mật khẩu dài";
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(await TestDb.CreateAsync(backend),
        settings: new Settings { RateLimits = false, TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")] });

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Sign_ins_and_changes_name_the_address_that_they_come_from()
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        await SendAsync(_server.Guest, "/auth/register", new { email, password = Password }, "203.0.113.1");
        await SendAsync(_server.Guest, "/auth/login", new { email, password = "wrong password" }, "2001:db8::7");
        await SendAsync(_server.Guest, "/auth/login", new { email, password = Password }, "::ffff:203.0.113.3");
        Assert.Equal([("registered", "203.0.113.1"), ("sign_in_failed", "2001:db8::7"), ("signed_in", "203.0.113.3")], await LinesAsync());

        // One that is written in the transaction of a use case, and those of a batch, each its own.
        var shop = await Shop.CreateAsync(_server.Db, 10);
        await SendAsync(_server.Admin, "/discount-codes", new { code = "TEN", kind = "percent", value = 10, storeId = shop.StoreId },
            "203.0.113.4");
        var staff = _server.Staff(shop.StoreId);
        await Task.WhenAll(Enumerable.Range(10, 6).Select(i => SendAsync(staff, "/orders", shop.Body(), $"203.0.113.{i}")));
        Assert.Equal(["203.0.113.10", "203.0.113.11", "203.0.113.12", "203.0.113.13", "203.0.113.14", "203.0.113.15"],
            (await LinesAsync()).Where(l => l.Action == "POST /orders").Select(l => l.Address!).Order());

        var log = await _server.Admin.GetFromJsonAsync<JsonElement>("/api/v1/audit-log?limit=100");
        Assert.Contains(log.GetProperty("items").EnumerateArray(), l => l.GetProperty("action").GetString() == "POST /discount-codes"
            && l.GetProperty("address").GetString() == "203.0.113.4");

        // What nobody has asked for by HTTP has none.
        Assert.NotNull(await _server.Get<AccountStore>().SetActiveAsync(email, active: false));
        Assert.Contains(("account_disabled", null), await LinesAsync());
    }

    [Fact]
    public async Task The_address_goes_with_the_account_and_after_half_a_year()
    {
        var (mine, others) = ($"{Guid.CreateVersion7():N}@example.com", $"{Guid.CreateVersion7():N}@example.com");
        var registered = await SendAsync(_server.Guest, "/auth/register", new { email = mine, password = Password }, "203.0.113.1");
        await SendAsync(_server.Guest, "/auth/register", new { email = others, password = Password }, "203.0.113.2");
        using var close = new HttpRequestMessage(HttpMethod.Delete,
            "/api/v1/auth/me")
        { Content = JsonContent.Create(new { password = Password }) };
        close.Headers.Add("X-Forwarded-For", "203.0.113.1");
        using var closed = await _server.Client(registered.GetProperty("accessToken").GetString()).SendAsync(close);
        Assert.Equal(HttpStatusCode.NoContent, closed.StatusCode);
        Assert.Equal([("registered", null), ("registered", "203.0.113.2"), ("account_closed", null)], await LinesAsync());

        _server.Db.ClockSkew += TimeSpan.FromDays(179);
        await _server.Get<IdentitySweep>().SweepOnceAsync();
        Assert.Contains(("registered", "203.0.113.2"), await LinesAsync());
        _server.Db.ClockSkew += TimeSpan.FromDays(2);
        await Until.TrueAsync("no address is left", async () =>
        {
            // The server sweeps, too, and may not be done yet.
            await _server.Get<IdentitySweep>().SweepOnceAsync();
            return (await LinesAsync()).All(l => l.Address is null);
        });
    }

    private static async Task<JsonElement> SendAsync(HttpClient client, string path, object body, string from)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1{path}") { Content = JsonContent.Create(body) };
        request.Headers.Add("X-Forwarded-For", from);
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var answer = await client.SendAsync(request);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private Task<List<(string Action, string? Address)>> LinesAsync() =>
        _server.Db.ReadAsync(s =>
        s.QueryAsync("SELECT action, address FROM audit_log ORDER BY occurred_at, id", r => (r.Text(0), r.TextOrNull(1))));
}

public sealed class AuditAddress_on_sqlite() : AuditAddressTests(Backend.Sqlite);

public sealed class AuditAddress_on_postgresql() : AuditAddressTests(Backend.Postgres);
