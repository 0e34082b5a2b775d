using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>What <c>q</c> finds: the same customers in GET /customers and, by their orders, in GET /orders.</summary>
public abstract class CustomerSearchTests(TestHost host)
{
    private const string Password = "a good long password";

    [Theory]
    [InlineData("đặng")]
    [InlineData("ĐẶNG")]
    [InlineData("Đặng Lan")]
    [InlineData("DANG")]
    [InlineData("dang lan")]
    [InlineData("lan đặng")]
    [InlineData("Đa\u0323\u0306ng")]
    [InlineData(" ang-la lan, lan ")]
    public async Task Names_are_found_by_their_words_without_accents_and_capitals(string q)
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        await OrderAsync(shop, "đặng lan");
        await OrderAsync(shop, "ĐẶNG THỊ LAN");
        await OrderAsync(shop, "Lê Lan");
        await OrderAsync(shop, name: null);
        var account = await RegisterAsync("Đặng Lan");
        await OrderAsync(shop, account);

        // Two that come within one millisecond have no order among them.
        Assert.Equivalent(new[] { "Đặng Lan", "ĐẶNG THỊ LAN", "đặng lan" }, await NamesAsync(shop, q), strict: true);
        // A customer looks among their own.
        Assert.Single(await ItemsAsync(account, $"/orders?q={Uri.EscapeDataString(q)}"));
        Assert.Empty(await ItemsAsync(account, "/orders?q=thi"));
    }

    [Fact]
    public async Task Every_word_must_be_there()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        await OrderAsync(shop, "Đặng Thị Mai Lan");
        foreach (var q in new[] { "mai thị đặng", "lan mai thi dang", "g i n a" })
        {
            Assert.Single(await NamesAsync(shop, q));
        }

        foreach (var q in new[] { "đặng hoa", "mai thị hoa", "lan mai thi dang hoa", "danglan" })
        {
            Assert.Empty(await NamesAsync(shop, q));
        }
    }

    [Fact]
    public async Task Percent_and_underscore_are_no_wildcards()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        var savepoint = $"{Guid.CreateVersion7():N}";
        await OrderAsync(shop, "100%_Lan", $"a_b%c.{savepoint}@example.com");
        await OrderAsync(shop, "Mai", $"aXbXc.{savepoint}@example.com");
        foreach (var q in new[] { "%", "_", "%_%", "\\", "a%c", "mai_lan", "🎉" })
        {
            Assert.Empty(await NamesAsync(shop, q));
        }

        foreach (var q in new[] { "100%_lan", "lan 100", "lan%", "_LAN", "a_b", "A_B%C." })
        {
            Assert.Equal(["100%_Lan"], await NamesAsync(shop, q));
        }
    }

    [Fact]
    public async Task A_closed_account_is_not_found_by_its_old_name()
    {
        var shop = await Shop.CreateAsync(host.Server.Db, 10);
        var account = await RegisterAsync("Đặng Lan");
        var order = await OrderAsync(shop, account);
        Assert.Single(await NamesAsync(shop, "dang"));
        Assert.Equal(200, (await Shop.PostAsync(account, $"/orders/{order.GetProperty("id").GetString()}/cancel", null)).Status);
        using var request = new HttpRequestMessage(HttpMethod.Delete,
            "/api/v1/auth/me")
        { Content = JsonContent.Create(new { password = Password }) };
        Assert.Equal(204, (int)(await account.SendAsync(request)).StatusCode);

        Assert.Single(await ItemsAsync(host.Server.Staff(shop.StoreId), "/customers"));
        foreach (var q in new[] { "Đặng Lan", "dang", "lan" })
        {
            Assert.Empty(await NamesAsync(shop, q));
        }

        Assert.Equal(1,
            await shop.CountAsync("SELECT COUNT(*) FROM users WHERE id = $1 AND name IS NULL AND name_folded IS NULL",
            order.GetProperty("customerId").GetGuid()));
    }

    [Fact]
    public async Task A_new_customer_is_found_behind_hundreds_of_older_ones_of_other_stores()
    {
        var (big, small) = (await Shop.CreateAsync(host.Server.Db, 1000), await Shop.CreateAsync(host.Server.Db, 10));
        var word = $"{Guid.CreateVersion7():N}";
        await Task.WhenAll(Enumerable.Range(0, 210).Select(_ => OrderAsync(big, $"Lan {word}")));
        var order = await OrderAsync(small, $"Lan {word}");
        await OrderAsync(small, "Mai");

        foreach (var client in new[] { host.Server.Staff(small.StoreId), host.Server.Staff(small.StoreId, Guid.CreateVersion7()) })
        {
            Assert.Equal(order.GetProperty("id").GetGuid(), Assert.Single(await ItemsAsync(client, $"/orders?q={word}")).GetProperty("id")
                .GetGuid());
        }

        Assert.Single(await ItemsAsync(host.Server.Admin, $"/orders?storeId={small.StoreId}&q={word}"));
        // And the others are all there, a page after the other.
        var seen = new HashSet<Guid>();
        for (var next = ""; next is not null;)
        {
            var page = await GetAsync(host.Server.Staff(big.StoreId, small.StoreId), $"/orders?q={word}&sort=createdAt&limit=100{next}");
            Assert.All(page.GetProperty("items").EnumerateArray(), o => Assert.True(seen.Add(o.GetProperty("id").GetGuid())));
            next = page.GetProperty("nextCursor").GetString() is { } cursor ? $"&cursor={cursor}" : null;
        }

        Assert.Equal(211, seen.Count);
    }

    /// <summary>Places an order of a guest of this name.</summary>
    private Task<JsonElement> OrderAsync(Shop shop, string? name, string? email = null)
    {
        var body = shop.Body();
        body["customer"] = new JsonObject { ["email"] = email ?? $"{Guid.CreateVersion7():N}@example.com", ["name"] = name };
        return PlacedAsync(shop, host.Server.Guest, body);
    }

    private static Task<JsonElement> OrderAsync(Shop shop, HttpClient account)
    {
        var body = shop.Body();
        body.Remove("customer");
        return PlacedAsync(shop, account, body);
    }

    private static async Task<JsonElement> PlacedAsync(Shop shop, HttpClient client, JsonObject body)
    {
        var (status, order, _) = await shop.OrderAsync(client, body);
        Assert.True(status == 201, order.GetRawText());
        return order;
    }

    private async Task<HttpClient> RegisterAsync(string name)
    {
        using var answer = await host.Server.Guest.PostAsJsonAsync("/api/v1/auth/register",
            new { email = $"{Guid.CreateVersion7():N}@example.com", password = Password, name });
        Assert.Equal(201, (int)answer.StatusCode);
        return host.Server.Client((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString());
    }

    /// <summary>Whom the store's staff find, the newest first; by their orders it must be the same.</summary>
    private async Task<List<string?>> NamesAsync(Shop shop, string q)
    {
        var (staff, query) = (host.Server.Staff(shop.StoreId), $"?q={Uri.EscapeDataString(q)}");
        var customers = await ItemsAsync(staff, $"/customers{query}");
        var orders = await ItemsAsync(staff, $"/orders{query}");
        Assert.Equal(customers.Select(c => c.GetProperty("id").GetGuid()).Order(), orders.Select(o => o.GetProperty("customerId").GetGuid())
            .Order());
        return [.. customers.Select(c => c.GetProperty("name").GetString())];
    }

    private static async Task<List<JsonElement>> ItemsAsync(HttpClient client, string path) =>
        [.. (await GetAsync(client, path)).GetProperty("items").EnumerateArray()];

    private static Task<JsonElement> GetAsync(HttpClient client, string path) => client.GetFromJsonAsync<JsonElement>($"/api/v1{path}");
}

public sealed class CustomerSearch_on_sqlite(SqliteHost host) : CustomerSearchTests(host), IClassFixture<SqliteHost>;

public sealed class CustomerSearch_on_postgresql(PostgresHost host) : CustomerSearchTests(host), IClassFixture<PostgresHost>;
