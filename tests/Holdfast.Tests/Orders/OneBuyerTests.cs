using System.Text.Json.Nodes;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>Limits count a buyer by the normalised email, whether they order as a guest or with their account: case does not matter, a plus tag is another mailbox.</summary>
public abstract class OneBuyerTests(TestHost host)
{
    private readonly string _mark = $"{Guid.CreateVersion7():N}";

    private TestServer Server => host.Server;

    private async Task<string> OrderAsync(Shop shop, string email, bool isGuest, int variant = 0, long quantity = 1, string? code = null)
    {
        var body = shop.Body((variant, quantity));
        body.Remove("customer");
        body["discountCode"] = code;
        if (isGuest)
        {
            body["customer"] = new JsonObject { ["email"] = email };
        }

        var (status, answer, _) = await shop.OrderAsync(isGuest ? Server.Guest : Server.Customer(email: email), body);
        return status == 201 ? "placed" : answer.GetProperty("code").GetString()!;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_purchase_limit_holds_for_guest_and_account_together(bool isGuestFirst)
    {
        var shop = await Shop.CreateAsync(Server.Db);
        await shop.AddVariantAsync(700, 100, 3);
        Assert.Equal("placed", await OrderAsync(shop, $"Lan.{_mark}@Example.com", isGuestFirst, quantity: 2));
        Assert.Equal("purchase_limit", await OrderAsync(shop, $"lan.{_mark}@example.COM", !isGuestFirst, quantity: 2));
        Assert.Equal("placed", await OrderAsync(shop, $"lan.{_mark}@example.com", !isGuestFirst));
        Assert.Equal("purchase_limit", await OrderAsync(shop, $"LAN.{_mark}@example.com", isGuestFirst));
        Assert.Equal("placed", await OrderAsync(shop, $"lan.{_mark}+2@example.com", isGuestFirst, quantity: 3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_code_that_each_may_use_once_is_used_once_by_guest_and_account_together(bool isGuestFirst)
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        await shop.AddCodeAsync("ONCE", "fixed", 100, perCustomer: 1);
        Assert.Equal("placed", await OrderAsync(shop, $"Lan.{_mark}@Example.com", isGuestFirst, code: "ONCE"));
        Assert.Equal("discount_used_up", await OrderAsync(shop, $"lan.{_mark}@example.COM", !isGuestFirst, code: "ONCE"));
        Assert.Equal("discount_used_up", await OrderAsync(shop, $"LAN.{_mark}@example.com", isGuestFirst, code: "ONCE"));
        Assert.Equal("placed", await OrderAsync(shop, $"lan.{_mark}+2@example.com", !isGuestFirst, code: "ONCE"));
        Assert.Equal(2, await shop.UsesAsync("ONCE"));
    }

    [Fact]
    public async Task A_quote_says_what_stands_in_the_way_in_the_buyers_language()
    {
        var shop = await Shop.CreateAsync(Server.Db, 0);
        using var client = new HttpClient { BaseAddress = Server.Address };
        foreach (var (language, detail) in new[] { ("en", "stock"), ("vi", "hàng") })
        {
            client.DefaultRequestHeaders.AcceptLanguage.Clear();
            client.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
            var (_, quote, _) = await Shop.PostAsync(client, "/orders/quote", shop.Body());
            Assert.Contains(detail, quote.GetProperty("obstacle").GetProperty("detail").GetString()!, StringComparison.OrdinalIgnoreCase);
        }
    }
}

public sealed class OneBuyer_on_sqlite(SqliteHost host) : OneBuyerTests(host), IClassFixture<SqliteHost>;

public sealed class OneBuyer_on_postgresql(PostgresHost host) : OneBuyerTests(host), IClassFixture<PostgresHost>;
