using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Identity;

/// <summary>Keys for other systems: stores, scopes, revocation; and the audit log, which tells who did what.</summary>
public abstract class ApiKeyTests(TestHost host)
{
    [Fact]
    public async Task A_key_is_a_service_of_its_stores_within_its_scopes()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        var elsewhere = await Shop.CreateAsync(host.Server.Db, 10);
        var (key, made) = await MakeAsync(["orders:read", "inventory:write"], shop.StoreId);
        Assert.Matches("^hk_[A-Za-z0-9_-]{43}$", key);
        var client = host.Server.Client(key);
        var payment = new { transactionId = "t", amount = 1, currency = "VND", provider = "bank" };
        var order = (await shop.OrderAsync(host.Server.Guest)).Body.GetProperty("id").GetString();
        var other = (await elsewhere.OrderAsync(host.Server.Guest)).Body.GetProperty("id").GetString();

        Assert.Equal(200, (int)(await client.GetAsync($"/api/v1/orders/{order}")).StatusCode);
        Assert.Equal(404, (int)(await client.GetAsync($"/api/v1/orders/{other}")).StatusCode);
        Assert.Equal(201, (await Shop.PostAsync(client, "/inventory/reservations", ReservationOf(shop.Variant))).Status);
        Assert.Equal(403, await StatusAsync(client, $"/inventory/{shop.Variant}"));

        var (status, body, _) = await Shop.PostAsync(client, $"/orders/{order}/payments", JsonSerializer.SerializeToNode(payment));
        Assert.Equal((403, "scope_missing", "orders:write"),
            (status, body.GetProperty("code").GetString(), body.GetProperty("scope").GetString()));
        using var stores = await client.GetAsync("/api/v1/stores");
        Assert.Equal("stores:read", (await stores.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("scope").GetString());
        // No scope makes an admin.
        var (wide, row) = await MakeAsync(["orders:read"], shop.StoreId);
        await host.Server.Db.WriteAsync(tx =>
            tx.ExecuteAsync("UPDATE api_keys SET scopes = '[\"audit-log:read\"]' WHERE id = $1", row.GetProperty("id").GetGuid()));
        Assert.Equal(403, (int)(await host.Server.Client(wide).GetAsync("/api/v1/audit-log")).StatusCode);
        Assert.Equal(JsonValueKind.Null, (await ListedAsync(made.GetProperty("id").GetGuid())).GetProperty("revokedAt").ValueKind);
    }

    [Fact]
    public async Task The_database_does_not_know_a_key_and_lists_do_not_show_it()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 1);
        var (key, made) = await MakeAsync(["orders:read"], shop.StoreId);
        var rows = await host.Server.Db.ReadAsync(s =>
            s.QueryAsync("SELECT * FROM api_keys", r => string.Join('|', Enumerable.Range(0, 10).Select(r.Any))));
        Assert.DoesNotContain(rows, r => r.Contains(key[12..], StringComparison.Ordinal));
        var listed = await ListedAsync(made.GetProperty("id").GetGuid());
        Assert.DoesNotContain(key[12..], listed.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(key[..9], listed.GetProperty("hint").GetString());
        Assert.Equal(JsonValueKind.Null, listed.GetProperty("lastUsedOn").ValueKind);

        Assert.Equal(200, await StatusAsync(host.Server.Client(key), "/orders"));
        Assert.Matches(@"^\d{4}-\d\d-\d\d$", (await ListedAsync(made.GetProperty("id").GetGuid())).GetProperty("lastUsedOn").GetString());
    }

    [Fact]
    public async Task A_revoked_key_is_refused_by_every_process_within_seconds()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 1);
        var (key, made) = await MakeAsync(["orders:read"], shop.StoreId);
        await using var second = await TestServer.StartAsync(host.Server.Database, ownsDatabase: false);
        var clients = new[] { host.Server.Client(key), second.Client(key) };
        foreach (var client in clients)
        {
            Assert.Equal(200, await StatusAsync(client, "/orders"));
        }

        var path = $"/api/v1/api-keys/{made.GetProperty("id").GetString()}";
        Assert.Equal(204, (int)(await host.Server.Admin.DeleteAsync(path)).StatusCode);
        Assert.Equal(204, (int)(await host.Server.Admin.DeleteAsync(path)).StatusCode);
        Assert.Equal(404, (int)(await host.Server.Admin.DeleteAsync($"/api/v1/api-keys/{Guid.CreateVersion7()}")).StatusCode);
        foreach (var client in clients)
        {
            await Until.TrueAsync("the key is refused", async () => await StatusAsync(client, "/orders") == 401, seconds: 60);
        }
    }

    [Theory]
    [InlineData("hk_")]
    [InlineData("hk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Keys_that_nobody_made_are_refused(string key) =>
        Assert.Equal(401, await StatusAsync(host.Server.Client(key), "/orders"));

    [Theory]
    [InlineData("[\"orders\"]")]
    [InlineData("[\"orders:all\"]")]
    [InlineData("[\"*:read\"]")]
    [InlineData("[\"order:read\"]")]
    [InlineData("[\"orders:read\", \"health:write\"]")]
    [InlineData("[\"audit-log:read\"]")]
    [InlineData("[\"products:write\"]")]
    [InlineData("[]")]
    public async Task Scopes_are_checked_when_a_key_is_made(string scopes)
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 1);
        var body = System.Text.Json.Nodes.JsonNode.Parse($$"""{"name":"x","storeIds":["{{shop.StoreId}}"],"scopes":{{scopes}}}""");
        var (status, problem, _) = await Shop.PostAsync(host.Server.Admin, "/api-keys", body);
        Assert.Equal(400, status);
        Assert.Contains(" orders:read, orders:write, ", problem.GetProperty("errors").GetProperty("scopes")[0].GetString()!,
            StringComparison.Ordinal);
        body!["scopes"] = new System.Text.Json.Nodes.JsonArray("orders:read");
        body["storeIds"] = new System.Text.Json.Nodes.JsonArray(Guid.CreateVersion7().ToString());
        Assert.Equal(400, (await Shop.PostAsync(host.Server.Admin, "/api-keys", body)).Status);
    }

    [Fact]
    public async Task The_log_tells_what_staff_changed_and_not_what_they_read_or_were_refused()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        var staffId = Guid.CreateVersion7();
        var staff = host.Server.Client(TestServer.Token(Role.Staff, staffId, "staff@example.com", shop.StoreId));
        var body = new System.Text.Json.Nodes.JsonObject { ["quantity"] = 5, ["reference"] = "r1" };
        var receipts = $"/inventory/{shop.Variant}/receipts";
        Assert.Equal(201, (await Shop.PostAsync(staff, receipts, body, "k")).Status);
        await Shop.PostAsync(staff, receipts, body, "k");
        await Shop.PostAsync(staff, receipts, new System.Text.Json.Nodes.JsonObject { ["quantity"] = -5 });
        await staff.GetAsync("/api/v1/orders");
        await shop.OrderAsync(host.Server.Guest);
        var lines = await LogAsync($"actor=staff:{staffId}");
        var line = Assert.Single(lines);
        Assert.Equal(("POST /inventory/{variantId}/receipts", shop.Variant.ToString()),
            (line.GetProperty("action").GetString(), line.GetProperty("resource").GetString()));
    }

    [Fact]
    public async Task The_log_tells_sign_ins_failures_and_blocks_by_actor_and_time_page_by_page()
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        using var registered = await host.Server.Guest.PostAsJsonAsync("/api/v1/auth/register",
            new { email, password = "a good password" });
        for (var i = 0; i < 5; i++)
        {
            using var wrong = await host.Server.Guest.PostAsJsonAsync("/api/v1/auth/login", new { email, password = "wrong" });
        }

        var id = await host.Server.Db.ReadAsync(s => s.FirstAsync("SELECT id FROM users WHERE email_key = $1", r => r.Uuid(0), email));
        var lines = await LogAsync($"actor=customer:{id}");
        Assert.Equal(["sign_in_blocked", "sign_in_failed", "sign_in_failed", "sign_in_failed", "sign_in_failed", "registered"],
            lines.Select(l => l.GetProperty("action").GetString()));

        var first = await host.Server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/audit-log?actor=customer:{id}&limit=4");
        var rest = await host.Server.Admin.GetFromJsonAsync<JsonElement>(
            $"/api/v1/audit-log?actor=customer:{id}&limit=4&cursor={first.GetProperty("nextCursor").GetString()}");
        Assert.Equal(lines.Select(l => l.GetProperty("id").GetGuid()), first.GetProperty("items").EnumerateArray()
            .Concat(rest.GetProperty("items").EnumerateArray()).Select(l => l.GetProperty("id").GetGuid()));
        Assert.Empty(await LogAsync($"actor=customer:{id}&to=2020-01-01T00:00:00Z"));
        Assert.Equal(6, (await LogAsync($"actor=customer:{id}&from=2020-01-01T00:00:00Z")).Count);
        Assert.Equal(400, (int)(await host.Server.Admin.GetAsync("/api/v1/audit-log?from=soon")).StatusCode);
        Assert.Equal(403, (int)(await host.Server.Staff(Guid.CreateVersion7()).GetAsync("/api/v1/audit-log")).StatusCode);
    }

    [Fact]
    public async Task Lines_that_come_at_once_are_all_written()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        var staffId = Guid.CreateVersion7();
        var staff = host.Server.Client(TestServer.Token(Role.Staff, staffId, "staff@example.com", shop.StoreId));
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i =>
            Shop.PostAsync(staff, $"/inventory/{shop.Variant}/receipts",
            new System.Text.Json.Nodes.JsonObject { ["quantity"] = 1, ["reference"] = $"r{i}" })));
        Assert.All(answers, a => Assert.Equal(201, a.Status));
        Assert.Equal(30, (await LogAsync($"actor=staff:{staffId}&limit=100")).Count);
    }

    private async Task<(string Key, JsonElement Made)> MakeAsync(string[] scopes, params Guid[] stores)
    {
        var (status, body, _) = await Shop.PostAsync(host.Server.Admin, "/api-keys",
            JsonSerializer.SerializeToNode(new { name = "ERP", storeIds = stores, scopes }));
        Assert.True(status == 201, body.ToString());
        return (body.GetProperty("key").GetString()!, body);
    }

    private async Task<JsonElement> ListedAsync(Guid id) =>
        (await host.Server.Admin.GetFromJsonAsync<JsonElement>("/api/v1/api-keys?limit=100")).GetProperty("items").EnumerateArray()
        .Single(k => k.GetProperty("id").GetGuid() == id);

    private async Task<List<JsonElement>> LogAsync(string query) =>
        [.. (await host.Server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/audit-log?{query}")).GetProperty("items").EnumerateArray()];

    private static async Task<int> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync($"/api/v1{path}");
        return (int)answer.StatusCode;
    }

    private static System.Text.Json.Nodes.JsonNode? ReservationOf(Guid variant) =>
        JsonSerializer.SerializeToNode(new { lines = new[] { new { variantId = variant, quantity = 1 } } });
}

public sealed class ApiKey_on_sqlite(SqliteHost host) : ApiKeyTests(host), IClassFixture<SqliteHost>;

public sealed class ApiKey_on_postgresql(PostgresHost host) : ApiKeyTests(host), IClassFixture<PostgresHost>;
