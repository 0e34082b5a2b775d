using System.Text.Json;
using Holdfast.Client;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Client;

/// <summary>What a caller learns from a refusal, and from an answer that is none of Holdfast's.</summary>
public sealed class FailureTests(SqliteHost host) : IClassFixture<SqliteHost>
{
    [Fact]
    public async Task A_refusal_tells_all_that_the_problem_document_has()
    {
        using var admin = StrictClient.Admin(host.Server);
        var shop = await ClientShop.MakeAsync(admin, pieces: 3);
        using var guest = StrictClient.Of(new HoldfastClientOptions { BaseAddress = host.Server.Address, Language = "vi" });
        var refusal = await ShopCallsTests.RefusedAsync(() => guest.Orders.PlaceAsync(shop.Order(quantity: 4), "key-1"));
        Assert.Equal((409, "insufficient_stock", "There is not enough stock.", "Không đủ hàng trong kho.", "key-1"),
            (refusal.Status, refusal.Code, refusal.Title, refusal.Detail, refusal.IdempotencyKey));
        Assert.Equal("409 insufficient_stock: There is not enough stock.", refusal.Message);
        Assert.Equal(new Shortage(shop.Variant, 4, 3), Assert.Single(refusal.Shortages));
        Assert.Equal(["shortages"], refusal.Facts.Keys);
        Assert.Matches("^[0-9a-f]{32}$", refusal.TraceId);
        Assert.Empty(refusal.Errors);

        var wrong = await ShopCallsTests.RefusedAsync(() => guest.Orders.PlaceAsync(shop.Order(quantity: 0) with { ContactPhone = "" }));
        Assert.Equal("invalid_request", wrong.Code);
        Assert.Equal(["contactPhone", "lines[0].quantity"], wrong.Errors.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(wrong.Shortages);
        var other = await ShopCallsTests.RefusedAsync(() => guest.Orders.PlaceAsync(shop.Order() with { ExpectedTotal = 1 }));
        Assert.Equal(175_000, other.Facts["quote"].GetProperty("total").GetInt64());
    }

    [Fact]
    public async Task A_quote_tells_what_an_order_would_be_refused_for()
    {
        using var admin = StrictClient.Admin(host.Server);
        var shop = await ClientShop.MakeAsync(admin, pieces: 3);
        using var guest = StrictClient.Of(host.Server, null);
        var quote = await guest.Orders.QuoteAsync(shop.Order(quantity: 4));
        Assert.Equal((false, "insufficient_stock"), (quote.CanBePlaced, quote.Obstacle!.Code));
        Assert.Equal(3, quote.Obstacle.Facts!["shortages"][0].GetProperty("available").GetInt64());
    }

    [Theory]
    [InlineData(502, "<html>Bad gateway</html>", "text/html")]
    [InlineData(500, "not JSON", "application/problem+json")]
    [InlineData(500, "[]", "application/problem+json")]
    [InlineData(200, "<html>Sign in to the network</html>", "application/json")]
    [InlineData(200, "{\"items\": 7}", "application/json")]
    public async Task An_answer_of_somebody_else_has_a_status_and_no_code(int status, string body, string type)
    {
        using var client = StrictClient.Of(host.Server, null, new FlakyTransport(FlakyTransport.Answer(status, body, type)));
        var failure = await ShopCallsTests.RefusedAsync(() => client.Stores.ListAsync());
        Assert.Equal((status, null, null), (failure.Status, failure.Code, failure.TraceId));
        Assert.Contains($"{status}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unhealthy_server_answers_and_that_is_no_exception()
    {
        var transport = new FlakyTransport(FlakyTransport.Answer(503, """{"status": "unhealthy"}""", "application/json"));
        using var client = StrictClient.Of(host.Server, null, transport);
        Assert.Equal(("unhealthy", 1), ((await client.Server.GetReadinessAsync()).Status, transport.Attempts));
    }

    [Fact]
    public async Task A_usual_client_skips_members_that_it_does_not_know_and_a_strict_one_does_not()
    {
        const string Newer = """{"status": "healthy", "since": "2030-01-01"}""";
        var act = FlakyTransport.Answer(200, Newer, "application/json");
        using var usual = new HoldfastClient(new() { BaseAddress = host.Server.Address }, new FlakyTransport(act));
        Assert.Equal("healthy", (await usual.Server.GetLivenessAsync()).Status);
        using var strict = StrictClient.Of(host.Server, null, new FlakyTransport(act));
        Assert.IsType<JsonException>((await ShopCallsTests.RefusedAsync(() => strict.Server.GetLivenessAsync())).InnerException);
    }

    [Fact]
    public async Task A_token_is_asked_for_at_each_attempt_and_not_by_signing_in()
    {
        var asked = 0;
        var options = new HoldfastClientOptions
        {
            BaseAddress = host.Server.Address,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            AccessToken = _ => new($"bad token {++asked}"),
        };
        using var client = StrictClient.Of(options,
            new FlakyTransport(FlakyTransport.Serve, FlakyTransport.LoseAnswer, FlakyTransport.Serve));
        var unknown = await ShopCallsTests.RefusedAsync(() => client.Account.SignInAsync(new("nobody@example.com", "a password")));
        Assert.Equal(("invalid_credentials", 0), (unknown.Code, asked));
        Assert.Equal(401, (await ShopCallsTests.RefusedAsync(() => client.Stores.ListAsync())).Status);
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task A_list_is_one_stream_that_reads_page_by_page()
    {
        using var admin = StrictClient.Admin(host.Server);
        var shop = await ClientShop.MakeAsync(admin, variants: 100);
        await admin.Products.CreateAsync(new("Trà", [.. Enumerable.Range(1, 5).Select(i => new VariantBody($"TRA-{i}", 1_000))],
            shop.Store.Id));
        var counting = new FlakyTransport(FlakyTransport.Serve);
        using var client = StrictClient.Admin(host.Server, counting);
        var all = await client.Inventory.ListAllAsync(shop.Store.Id).Select(s => s.VariantId).ToListAsync();
        Assert.Equal((105, 105, 2), (all.Count, all.Distinct().Count(), counting.Attempts));
        Assert.Equal(all, await client.Inventory.ListAllAsync(shop.Store.Id).Select(s => s.VariantId).ToListAsync());
        Assert.Equal(5, (await client.Inventory.ListAllAsync(shop.Store.Id).Take(5).ToListAsync()).Count);
        Assert.Equal(5, counting.Attempts);

        var page = await client.Products.ListAsync(shop.Store.Id, limit: 1);
        Assert.NotEqual(page.Items[0].Id, (await client.Products.ListAsync(shop.Store.Id, limit: 1, cursor: page.NextCursor)).Items[0].Id);
        Assert.Equal("invalid_cursor", (await ShopCallsTests.RefusedAsync(() => client.Stores.ListAsync(cursor: page.NextCursor))).Code);
    }
}
