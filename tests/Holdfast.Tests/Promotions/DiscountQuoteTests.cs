using System.Net.Http.Json;
using Holdfast.Promotions.Core;
using Holdfast.Promotions.Storage;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Inventory;

namespace Holdfast.Tests.Promotions;

/// <summary>Asking what a code would do.</summary>
public abstract class DiscountQuoteTests(TestHost host)
{
    private const string Codes = "/api/v1/discount-codes";

    private TestServer Server => host.Server;

    private Task<Shop> ShopAsync() => Shop.OpenAsync(Server);

    private static string NewName() => $"c{Guid.CreateVersion7().ToString("N")[16..]}";

    [Fact]
    public async Task A_quote_says_what_it_takes_off_and_nothing_of_the_code()
    {
        var shop = await ShopAsync();
        var (percent, ship, all, usd) = (NewName(), NewName(), NewName(), NewName());
        await shop.Staff.PostAsJsonAsync(Codes, new { storeId = shop.Id, code = percent, kind = "percent", value = 12.5m, usageLimit = 7 })
            .ShouldBeAsync(201);
        await shop.Staff.PostAsJsonAsync(Codes, new { storeId = shop.Id, code = ship, kind = "free_shipping" }).ShouldBeAsync(201);
        await Server.Admin.PostAsJsonAsync(Codes, new { code = all, kind = "fixed", value = 500, currency = "VND" }).ShouldBeAsync(201);
        await Server.Admin.PostAsJsonAsync(Codes, new { code = usd, kind = "fixed", value = 500, currency = "USD" }).ShouldBeAsync(201);
        Assert.Equal($$"""{"code":"{{percent}}","kind":"percent","discountAmount":13,"freeShipping":false,"currency":"VND"}""",
            (await Server.Guest.QuoteAsync(percent.ToUpperInvariant(), shop.Id, 100).ShouldBeAsync(200)).GetRawText());
        var free = await Server.Customer().QuoteAsync(ship, shop.Id, 100).ShouldBeAsync(200);
        Assert.Equal((0, true), (free.GetProperty("discountAmount").GetInt64(), free.GetProperty("freeShipping").GetBoolean()));
        Assert.Equal(99, (await Server.Guest.QuoteAsync(all, shop.Id, 99).ShouldBeAsync(200)).GetProperty("discountAmount").GetInt64());
        await Server.Guest.QuoteAsync(usd, shop.Id, 100).ShouldBeAsync(422, "discount_unknown");
        await Server.Guest.QuoteAsync(percent, Guid.CreateVersion7(), 100).ShouldBeAsync(422, "unknown_store");
        await Server.Guest.QuoteAsync("a%20b", shop.Id, 100).ShouldBeAsync(422, "discount_unknown");
        await Server.Guest.QuoteAsync(NewName(), shop.Id, 100).ShouldBeAsync(422, "discount_unknown");
        await Server.Guest.QuoteAsync(percent, shop.Id, -1).ShouldBeAsync(400, "invalid_request");
        Assert.Equal(0, (await shop.Staff.GetAsync($"{Codes}/{percent}?storeId={shop.Id}").ShouldBeAsync(200)).GetProperty("used")
            .GetInt64());
    }

    [Fact]
    public async Task A_quote_names_the_obstacle()
    {
        var shop = await ShopAsync();
        var (future, over, minimum, shoes, once) = (NewName(), NewName(), NewName(), NewName(), NewName());
        await shop.Staff.PostAsJsonAsync(Codes,
            new { storeId = shop.Id, code = future, kind = "free_shipping", startsAt = "2999-01-01T00:00:00Z" }).ShouldBeAsync(201);
        await shop.Staff.PostAsJsonAsync(Codes,
            new { storeId = shop.Id, code = over, kind = "free_shipping", endsAt = "2020-01-01T00:00:00Z" }).ShouldBeAsync(201);
        await shop.Staff.PostAsJsonAsync(Codes, new { storeId = shop.Id, code = minimum, kind = "free_shipping", minimumSubtotal = 1000 })
            .ShouldBeAsync(201);
        await shop.Staff.PostAsJsonAsync(Codes,
            new { storeId = shop.Id, code = shoes, kind = "percent", value = 10, categories = new[] { "Giày" } }).ShouldBeAsync(201);
        var id = (await shop.Staff.PostAsJsonAsync(Codes,
            new { storeId = shop.Id, code = once, kind = "free_shipping", usageLimit = 2, usageLimitPerCustomer = 1 })
            .ShouldBeAsync(201)).Id();
        await Server.Guest.QuoteAsync(future, shop.Id, 100).ShouldBeAsync(422, "discount_not_active");
        await Server.Guest.QuoteAsync(over, shop.Id, 100).ShouldBeAsync(422, "discount_not_active");
        Assert.Equal(1000,
            (await Server.Guest.QuoteAsync(minimum, shop.Id, 999).ShouldBeAsync(422, "discount_minimum_not_met")).GetProperty(
            "minimumSubtotal").GetInt64());
        await Server.Guest.QuoteAsync(shoes, shop.Id, 999).ShouldBeAsync(422, "discount_not_applicable");
        await Server.Guest.QuoteAsync(shoes, shop.Id, 999, "Mũ").ShouldBeAsync(422, "discount_not_applicable");
        Assert.Equal(100, (await Server.Guest.QuoteAsync(shoes, shop.Id, 999, "Giày").ShouldBeAsync(200)).GetProperty("discountAmount")
            .GetInt64());

        await Server.UseAsync(id, Guid.CreateVersion7(), shop.Id, "an@example.com");
        await Server.Customer(email: "An@Example.com").QuoteAsync(once, shop.Id, 100).ShouldBeAsync(422, "discount_used_up");
        await Server.Guest.QuoteAsync(once, shop.Id, 100).ShouldBeAsync(200);
        await Server.UseAsync(id, Guid.CreateVersion7(), shop.Id, "binh@example.com");
        await Server.Guest.QuoteAsync(once, shop.Id, 100).ShouldBeAsync(422, "discount_used_up");
    }

    [Fact]
    public async Task Uses_made_while_customers_were_not_limited_count_once_they_are()
    {
        var shop = await ShopAsync();
        var name = NewName();
        var (path, an) = ($"{Codes}/{name}?storeId={shop.Id}", Server.Customer(email: "an@example.com"));
        var id = (await shop.Staff.PostAsJsonAsync(Codes, new { storeId = shop.Id, code = name, kind = "free_shipping" })
            .ShouldBeAsync(201)).Id();
        for (var limit = 1; limit < 4; limit++)
        {
            await Server.UseAsync(id, Guid.CreateVersion7(), shop.Id, "an@example.com");
            await an.QuoteAsync(name, shop.Id, 100).ShouldBeAsync(200);
            await shop.Staff.PutAsJsonAsync(path, new { kind = "free_shipping", usageLimitPerCustomer = limit }).ShouldBeAsync(200);
            await an.QuoteAsync(name, shop.Id, 100).ShouldBeAsync(422, "discount_used_up");
            await shop.Staff.PutAsJsonAsync(path, new { kind = "free_shipping" }).ShouldBeAsync(200);
        }
    }
}

internal static class DiscountCalls
{
    public static Task<HttpResponseMessage> QuoteAsync(this HttpClient client, string code, Guid storeId, long subtotal,
        string? category = null) =>
        client.PostAsJsonAsync($"/api/v1/discount-codes/{code}/quote", category is null ? new { storeId, subtotal }
        : (object)new { storeId, subtotal, category });

    /// <summary>Uses a code as an order would.</summary>
    public static Task UseAsync(this TestServer server, Guid codeId, Guid orderId, Guid storeId, string buyer) =>
        server.Db.WriteAsync(async tx =>
    {
        var batch = tx.Batch();
        var codes = DiscountStore.Load(batch, [codeId]);
        var uses = DiscountStore.Uses(batch, [codeId], [buyer]);
        var now = batch.Now();
        await batch.RunAsync();
        var book = new DiscountBook(codes.Rows, uses.Rows);
        book.Use(codes.Rows[0], orderId, storeId, buyer, 10);
        DiscountStore.Save(book, batch, now.Rows[0]);
        await batch.RunAsync();
    });
}

public sealed class DiscountQuote_on_sqlite(SqliteHost host) : DiscountQuoteTests(host), IClassFixture<SqliteHost>;

public sealed class DiscountQuote_on_postgresql(PostgresHost host) : DiscountQuoteTests(host), IClassFixture<PostgresHost>;
