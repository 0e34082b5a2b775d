using System.Net.Http.Json;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Inventory;

namespace Holdfast.Tests.Http;

/// <summary>
/// Two servers are asked at once for something that is to be there once. One makes it, the other answers as it would a moment later:
/// neither calls it a value that cannot be stored, nor fails.
/// </summary>
public abstract class CollidingNamesTests(TwoServers servers)
{
    private const int Rounds = 12;

    [Fact]
    public async Task A_receipt_told_twice_counts_once()
    {
        // One whose stock has a row to lock, and one whose row is made by the receipt.
        foreach (var onHand in new long?[] { 5, null })
        {
            for (var round = 0; round < Rounds; round++)
            {
                var shop = await Shop.OpenAsync(servers.First, onHand);
                await AssertAnswersAsync($"inventory/{shop.Variant}/receipts", new { quantity = 3, reference = "r-1" }, 200, null);
                Assert.Equal((onHand ?? 0) + 3, (await shop.StockAsync()).OnHand);
            }
        }
    }

    [Fact]
    public async Task One_reference_of_two_quantities_counts_with_one_of_them()
    {
        foreach (var onHand in new long?[] { 5, null })
        {
            for (var round = 0; round < Rounds; round++)
            {
                var shop = await Shop.OpenAsync(servers.First, onHand);
                var path = $"/api/v1/inventory/{shop.Variant}/receipts";
                var answers = await Task.WhenAll(AskAsync(servers.First, path, new { quantity = 3, reference = "r-1" }),
                    AskAsync(servers.Second, path, new { quantity = 4, reference = "r-1" }));
                AssertOneOf(answers, 409, "receipt_conflict");
                Assert.InRange((await shop.StockAsync()).OnHand - (onHand ?? 0), 3, 4);
            }
        }
    }

    [Fact]
    public async Task A_SKU_is_of_one_product()
    {
        var shop = await Shop.OpenAsync(servers.First, 1);
        await AssertTakenAsync("products", name => new { storeId = shop.Id, name, variants = new[] { new { sku = name, price = 1 } } },
            "sku_taken");
    }

    [Fact]
    public async Task The_external_id_of_a_product_is_of_one()
    {
        var shop = await Shop.OpenAsync(servers.First, 1);
        var number = 0;
        await AssertTakenAsync("products", name => new
        {
            storeId = shop.Id,
            name,
            externalId = name,
            variants = new[] { new { sku = $"{name}-{Interlocked.Increment(ref number)}", price = 1 } },
        }, "external_id_taken");
    }

    [Fact]
    public async Task A_discount_code_is_made_once_in_its_store_and_once_for_all_stores()
    {
        var shop = await Shop.OpenAsync(servers.First, 1);
        await AssertTakenAsync("discount-codes", name => new { storeId = shop.Id, code = name[^20..], kind = "free_shipping" },
            "discount_code_taken");
        await AssertTakenAsync("discount-codes", name => new { code = name[^20..], kind = "free_shipping" }, "discount_code_taken");
    }

    [Fact]
    public async Task A_slug_is_of_one_store() =>
        await AssertTakenAsync("stores", name => new { name = "Shop", slug = name, currency = "VND" }, "slug_taken");

    [Fact]
    public async Task The_external_id_of_a_store_is_of_one()
    {
        var number = 0;
        await AssertTakenAsync("stores", name => new
        {
            name = "Shop",
            slug = $"{name}-{Interlocked.Increment(ref number)}",
            currency = "VND",
            externalId = name,
        }, "external_id_taken");
    }

    [Fact]
    public async Task An_email_is_of_one_account() =>
        await AssertTakenAsync("auth/register", name => new { email = $"{name}@example.com", password = "a good password" }, "email_taken",
        isGuest: true);

    private async Task AssertTakenAsync(string path, Func<string, object> body, string code, bool isGuest = false)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var name = $"n-{Guid.CreateVersion7():N}";
            var answers = await Task.WhenAll(AskAsync(servers.First, $"/api/v1/{path}", body(name), isGuest),
                AskAsync(servers.Second, $"/api/v1/{path}", body(name), isGuest));
            AssertOneOf(answers, 409, code);
        }
    }

    private async Task AssertAnswersAsync(string path, object body, int second, string? code) =>
        AssertOneOf(await Task.WhenAll(AskAsync(servers.First, $"/api/v1/{path}", body), AskAsync(servers.Second, $"/api/v1/{path}", body)),
        second, code);

    private static void AssertOneOf((int Status, string Text)[] answers, int second, string? code)
    {
        Assert.True(answers.Count(a => a.Status == 201) == 1, string.Join('\n', answers));
        Assert.True(answers.Count(a => a.Status == second && (code is null || a.Text.Contains($"\"{code}\"", StringComparison.Ordinal)))
            == 1,
            string.Join('\n', answers));
    }

    private static async Task<(int Status, string Text)> AskAsync(TestServer server, string path, object body, bool isGuest = false)
    {
        using var answer = await (isGuest ? server.Guest : server.Admin).PostAsJsonAsync(path, body);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}

public sealed class CollidingNames_on_sqlite(TwoSqliteServers servers) : CollidingNamesTests(servers), IClassFixture<TwoSqliteServers>;

public sealed class CollidingNames_on_postgresql(TwoPostgresServers servers)
    : CollidingNamesTests(servers), IClassFixture<TwoPostgresServers>;
