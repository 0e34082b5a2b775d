using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Platform.Text;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>Customers by the phone of their orders, whoever has written it how.</summary>
public abstract class CustomerPhoneTests(TestHost host)
{
    [Fact]
    public async Task A_phone_is_found_in_any_writing()
    {
        var (shop, other) = (await Shop.CreateAsync(host.Server.Db, 10), await Shop.CreateAsync(host.Server.Db, 10));
        // A number of this run alone: the database is shared.
        var mine = $"9{Random.Shared.Next(10_000_000, 99_999_999)}";
        string[] written = [$"+84 {mine[..2]} {mine[2..5]} {mine[5..]}", $"0084{mine}", $"0{mine}",
            $"0{mine[..3]}.{mine[3..6]}.{mine[6..]}", $"(0{mine[..2]}) {mine[2..5]}-{mine[5..]}", $"+84\u00A0(0){mine}",
            $"84{mine[..4]}\u2011{mine[4..]}", $"0{mine[..1]}/{mine[1..]}"];
        for (var i = 0; i < written.Length; i++)
        {
            await OrderAsync(shop, $"Lan {i}", written[i]);
        }

        await OrderAsync(shop, "Mai", $"0{mine[..8]}{(mine[8] - '0' + 1) % 10}");
        await OrderAsync(other, "Hoa", written[0]);
        foreach (var q in written.Concat([$"\uFF0B\uFF18\uFF14{mine}", $"  {mine}  "]))
        {
            Assert.Equal(written.Select((_, i) => $"Lan {i}"), (await NamesAsync(host.Server.Staff(shop.StoreId), q))
                .Order(StringComparer.Ordinal));
        }

        // Staff of a store learn nothing of the phones of another; admins see all.
        Assert.Equal(["Hoa"], await NamesAsync(host.Server.Staff(other.StoreId), written[1]));
        Assert.Equal(written.Length + 1, (await NamesAsync(host.Server.Admin, written[2])).Count);
        foreach (var q in new[] { mine[..6], "00000000", $"0{mine} Lan", $"{mine}12345" })
        {
            Assert.Empty(await NamesAsync(host.Server.Staff(shop.StoreId), q));
        }
    }

    [Fact]
    public async Task Looking_for_a_phone_uses_its_index()
    {
        var isSqlite = host.Server.Db.Name == "sqlite";
        await using var tx = await host.Server.Db.BeginAsync(TestContext.Current.CancellationToken);
        if (!isSqlite)
        {
            // A small table is read whole, whatever there is an index for.
            await tx.ExecuteAsync("SET LOCAL enable_seqscan = off");
        }

        var plan = await tx.QueryAsync($"{(isSqlite ? "EXPLAIN QUERY PLAN" : "EXPLAIN")} SELECT o.customer_id FROM orders o WHERE "
            + $"{PhoneKey.Sql("o.contact_phone")} = '12345678'", r => r.Text(isSqlite ? 3 : 0));
        await tx.RollbackAsync();
        Assert.Contains(plan, line => line.Contains("orders_by_phone", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("+84 912 345 678", "12345678")]
    [InlineData("0084912345678", "12345678")]
    [InlineData("0912.345.678", "12345678")]
    [InlineData("+65 9123 4567", "91234567")]
    [InlineData("9123-4567", "91234567")]
    [InlineData("(024) 3825 1234", "38251234")]
    [InlineData("1234567", null)]
    [InlineData("", null)]
    [InlineData("lan@example.com", null)]
    [InlineData("0912345678x", null)]
    [InlineData("0000 0000", null)]
    [InlineData("123456789012345678", null)]
    public void The_key_is_the_last_eight_digits(string text, string? key) => Assert.Equal(key, PhoneKey.Of(text));

    private async Task OrderAsync(Shop shop, string name, string phone)
    {
        var body = shop.Body();
        body["customer"] = new JsonObject { ["email"] = $"{Guid.CreateVersion7():N}@example.com", ["name"] = name };
        body["contactPhone"] = phone;
        var (status, order, _) = await shop.OrderAsync(host.Server.Guest, body);
        Assert.True(status == 201, order.GetRawText());
    }

    private static async Task<List<string?>> NamesAsync(HttpClient client, string q)
    {
        var page = await client.GetFromJsonAsync<JsonElement>($"/api/v1/customers?limit=100&q={Uri.EscapeDataString(q)}");
        return [.. page.GetProperty("items").EnumerateArray().Select(c => c.GetProperty("name").GetString())];
    }
}

public sealed class CustomerPhone_on_sqlite(SqliteHost host) : CustomerPhoneTests(host), IClassFixture<SqliteHost>;

public sealed class CustomerPhone_on_postgresql(PostgresHost host) : CustomerPhoneTests(host), IClassFixture<PostgresHost>;
