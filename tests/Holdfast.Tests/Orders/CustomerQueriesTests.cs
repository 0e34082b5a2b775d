using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>Who sees which customers.</summary>
public abstract class CustomerQueriesTests(TestHost host)
{
    [Fact]
    public async Task Staff_see_who_ordered_from_their_stores_and_what_they_ordered_there()
    {
        var (mine, other) = (await Shop.CreateAsync(host.Server.Db, 10), await Shop.CreateAsync(host.Server.Db, 10));
        var savepoint = $"{Guid.CreateVersion7():N}";
        await OrderAsync(mine, $"an.{savepoint}@example.com", "Ánh Một");
        await OrderAsync(mine, $"an.{savepoint}@example.com", "Ánh Một");
        await OrderAsync(other, $"an.{savepoint}@example.com", "Ánh Một");
        await OrderAsync(other, $"bo.{savepoint}@example.com", "Bo");
        var staff = host.Server.Staff(mine.StoreId);

        var seen = Assert.Single(await ListAsync(staff, ""));
        Assert.Equal(($"an.{savepoint}@example.com", "guest", 2),
            (seen.GetProperty("email").GetString(), seen.GetProperty("role").GetString(), seen.GetProperty("orders").GetInt32()));
        Assert.Equal(JsonValueKind.String, seen.GetProperty("lastOrderAt").ValueKind);
        var id = seen.GetProperty("id").GetGuid();
        foreach (var (store, balance) in new[] { (mine.StoreId, 30), (other.StoreId, 70) })
        {
            await host.Server.Db.WriteAsync(async tx =>
                await tx.ExecuteAsync(
                "INSERT INTO points_accounts (customer_id, store_id, balance, movements, updated_at) VALUES ($1, $2, $3, 1, $4)",
                id, store, balance, await tx.NowAsync()));
        }

        var found = await staff.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{seen.GetProperty("id").GetString()}");
        Assert.Equal([mine.StoreId, mine.StoreId], found.GetProperty("latestOrders").EnumerateArray()
            .Select(o => o.GetProperty("storeId").GetGuid()));
        Assert.Equal(30, Assert.Single(found.GetProperty("points").EnumerateArray()).GetProperty("balance").GetInt64());

        var bo = Assert.Single(await ListAsync(host.Server.Admin, $"?q=BO.{savepoint}"));
        Assert.Equal(404, (int)(await staff.GetAsync($"/api/v1/customers/{bo.GetProperty("id").GetString()}")).StatusCode);
        Assert.Equal(3,
            (await host.Server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{seen.GetProperty("id").GetString()}")).GetProperty(
            "orders").GetInt32());
        Assert.Empty(await ListAsync(host.Server.Staff(Guid.CreateVersion7()), ""));
        Assert.Equal(404, (int)(await host.Server.Admin.GetAsync($"/api/v1/customers/{Guid.CreateVersion7()}")).StatusCode);
        Assert.Equal(403, (int)(await host.Server.Customer().GetAsync("/api/v1/customers")).StatusCode);
    }

    [Fact]
    public async Task Finds_by_the_beginning_of_an_email_or_a_part_of_a_name_page_by_page()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        var savepoint = $"{Guid.CreateVersion7():N}"[20..];
        for (var i = 0; i < 3; i++)
        {
            await OrderAsync(shop, $"m{savepoint}_{i}@example.com", $"Khách {savepoint} số {"xyz"[i]}");
        }

        foreach (var client in new[] { host.Server.Admin, host.Server.Staff(shop.StoreId) })
        {
            Assert.Equal(3, (await ListAsync(client, $"?q=M{savepoint.ToUpperInvariant()}_")).Count);
            Assert.Equal(3, (await ListAsync(client, $"?q={savepoint}")).Count);
            Assert.Single(await ListAsync(client, $"?q=m{savepoint}_1"));
            Assert.Single(await ListAsync(client, $"?q={Uri.EscapeDataString(savepoint + " số z")}"));
            Assert.Empty(await ListAsync(client, $"?q=m{savepoint}%25_"));
            var first = await client.GetFromJsonAsync<JsonElement>($"/api/v1/customers?q={savepoint}&limit=2");
            var rest = await client.GetFromJsonAsync<JsonElement>(
                $"/api/v1/customers?q={savepoint}&limit=2&cursor={first.GetProperty("nextCursor").GetString()}");
            Assert.Equal(["z", "y", "x"], first.GetProperty("items").EnumerateArray().Concat(rest.GetProperty("items").EnumerateArray())
                .Select(c => c.GetProperty("name").GetString()![^1..]));
        }
    }

    [Fact]
    public async Task Points_that_have_lapsed_are_not_shown_though_no_sweep_has_run()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        await OrderAsync(shop, $"{Guid.CreateVersion7():N}@example.com", "Lan");
        var id = Assert.Single(await ListAsync(host.Server.Staff(shop.StoreId), "")).GetProperty("id").GetGuid();
        await shop.GivePointsAsync(id, 30);
        await host.Server.Db.WriteAsync(async tx =>
        {
            var past = (await tx.NowAsync()).AddSeconds(-1);
            await tx.ExecuteAsync(
                "INSERT INTO points_movements (customer_id, store_id, sequence, delta, reason, order_id, expires_at, created_at) VALUES "
                + "($1, $2, 2, 40, 'earned', $1, $3, $3)",
                id, shop.StoreId, past);
            await tx.ExecuteAsync("UPDATE points_accounts SET balance = 70, movements = 2, next_expiry = $2 WHERE customer_id = $1", id,
                past);
        });
        var found = await host.Server.Staff(shop.StoreId).GetFromJsonAsync<JsonElement>($"/api/v1/customers/{id}");
        Assert.Equal(30, Assert.Single(found.GetProperty("points").EnumerateArray()).GetProperty("balance").GetInt64());
    }

    [Fact]
    public async Task Orders_are_found_by_the_email_of_somebody_whom_an_outside_issuer_vouches_for()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        var (id, email) = (Guid.CreateVersion7(), $"{Guid.CreateVersion7():N}@example.com");
        await host.Server.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync(
            "INSERT INTO users (id, role, email, email_key, active, created_at, updated_at) VALUES ($1, 'customer', $2, $3, $4, $5, $5)",
            id, email, $"https://issuer.example|{id}", true, await tx.NowAsync()));
        var body = shop.Body();
        body.Remove("customer");
        Assert.Equal(201, (await shop.OrderAsync(host.Server.Customer(id, email), body)).Status);
        var found = await host.Server.Staff(shop.StoreId)
            .GetFromJsonAsync<JsonElement>($"/api/v1/orders?storeId={shop.StoreId}&q={email.ToUpperInvariant()}");
        Assert.Equal(1, found.GetProperty("items").GetArrayLength());
    }

    private async Task OrderAsync(Shop shop, string email, string name)
    {
        var body = shop.Body();
        body["customer"] = new JsonObject { ["email"] = email, ["name"] = name };
        Assert.Equal(201, (await shop.OrderAsync(host.Server.Guest, body)).Status);
    }

    private static async Task<List<JsonElement>> ListAsync(HttpClient client, string query) =>
        [.. (await client.GetFromJsonAsync<JsonElement>($"/api/v1/customers{query}")).GetProperty("items").EnumerateArray()];
}

public sealed class CustomerQueries_on_sqlite(SqliteHost host) : CustomerQueriesTests(host), IClassFixture<SqliteHost>;

public sealed class CustomerQueries_on_postgresql(PostgresHost host) : CustomerQueriesTests(host), IClassFixture<PostgresHost>;
