using System.Text.Json.Nodes;
using Holdfast.Tests.Crash;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>Two codes on one order, where the store lets them be combined; and tax on what delivery costs.</summary>
public abstract class TwoCodesTests(TestHost host)
{
    private TestServer Server => host.Server;

    private static JsonObject With(JsonObject body, params string[] codes)
    {
        body["discountCodes"] = new JsonArray([.. codes.Select(c => JsonValue.Create(c))]);
        return body;
    }

    /// <summary>1,000 and 2,000; 12.5 % off the second, 301 off all, and free shipping.</summary>
    private async Task<Shop> ShopAsync(bool combines = true)
    {
        var shop = await Shop.CreateAsync(Server.Db, 50, 50);
        await shop.ChargeAsync("""[{"from":0,"fee":700}]""", """{"included":false,"rate":10,"categories":[],"shipping":5}""");
        await shop.CategoriseAsync(1, "sach");
        await shop.AddCodeAsync("ZPART", "percent", 1250, categories: """["sach"]""", minimum: 2000);
        await shop.AddCodeAsync("AFIX", "fixed", 301, limit: 3, perCustomer: 2);
        await shop.AddCodeAsync("SHIP", "free_shipping", 0);
        await shop.AddCodeAsync("SHIP2", "free_shipping", 0);
        if (combines)
        {
            await shop.CombineAsync();
        }

        return shop;
    }

    [Theory]
    [InlineData("ZPART", "AFIX")]
    [InlineData("afix", " zpart ")]
    public async Task A_percentage_goes_before_an_amount_in_whatever_order_they_are_named(string first, string second)
    {
        var shop = await ShopAsync();
        var desk = new Desk(Server, shop);
        var (_, quote, _) = await Shop.PostAsync(Server.Guest, "/orders/quote", With(shop.Body((0, 1), (1, 1)), first, second));
        var order = await desk.PlaceAsync(With(shop.Body((0, 1), (1, 1)), first, second));
        foreach (var answer in new[] { quote, order })
        {
            // 12.5 % of 2,000 are 250. 301 over 1,000 and 1,750 are 109 and 192. Tax: 89.1 and 155.8, and 35 on shipping.
            Assert.Equal((551, 700, 89 + 156 + 35, 35, 3000 - 551 + 700 + 280), (Desk.Number(answer, "discountAmount"), Desk.Number(answer,
                "shippingFee"), Desk.Number(answer, "taxAmount"),
                Desk.Number(answer, "shippingTaxAmount"), Desk.Number(answer, "total")));
            Assert.Equal([(109, 89), (442, 156)], answer.GetProperty("lines").EnumerateArray().Select(l => (Desk.Number(l,
                "discountAmount"), Desk.Number(l, "taxAmount"))));
            Assert.Equal([("ZPART", 250), ("AFIX", 301)], answer.GetProperty("discounts").EnumerateArray().Select(d =>
                (d.GetProperty("code").GetString(), Desk.Number(d, "amount"))));
            Assert.Equal("ZPART", answer.GetProperty("discountCode").GetString());
        }

        Assert.Equal((1, 1), (await shop.UsesAsync("ZPART"), await shop.UsesAsync("AFIX")));
        await Audit.VerifyAsync(Server.Db);
        await desk.DoAsync(order, "cancel");
        Assert.Equal((0, 0), (await shop.UsesAsync("ZPART"), await shop.UsesAsync("AFIX")));
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task Both_are_used_and_given_back_and_used_again_under_their_limits()
    {
        var shop = await ShopAsync();
        await shop.AddCodeAsync("ONCE", "fixed", 10, limit: 1);
        var desk = new Desk(Server, shop);
        var first = await desk.PlaceAsync(With(shop.Body((0, 1)), "ONCE", "AFIX"));
        await RefusedAsync(shop, "discount_used_up", "ONCE", "ONCE", "SHIP");
        await desk.OverdueAsync(first);
        await Server.ExpireAsync(first.GetProperty("id").GetGuid());
        Assert.Equal((0, 0), (await shop.UsesAsync("ONCE"), await shop.UsesAsync("AFIX")));
        var second = await desk.PlaceAsync(With(shop.Body((0, 1)), "ONCE", "SHIP"));

        // The one code is taken: none is used again, and the money is due back.
        Assert.Equal("expired", (await desk.PayAsync(first)).GetProperty("status").GetString());
        Assert.Equal((1, 0), (await shop.UsesAsync("ONCE"), await shop.UsesAsync("AFIX")));
        await desk.DoAsync(second, "cancel");
        await desk.PlaceAsync(With(shop.Body((0, 1)), "AFIX"));
        await desk.PlaceAsync(With(shop.Body((0, 1)), "AFIX", "SHIP"));
        await RefusedAsync(shop, "discount_used_up", "AFIX", "AFIX", "SHIP");
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task Twelve_orders_at_once_use_two_codes_as_often_as_the_scarcer_one_may_be()
    {
        var shop = await ShopAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i =>
        {
            var body = With(shop.Body((0, 1)), i % 2 == 0 ? "AFIX" : "SHIP", i % 2 == 0 ? "SHIP" : "AFIX");
            body["customer"] = new JsonObject { ["email"] = $"b{i}@example.com" };
            return shop.OrderAsync(Server.Guest, body);
        }));
        Assert.Equal(3, answers.Count(a => a.Status == 201));
        Assert.Equal((3, 3), (await shop.UsesAsync("AFIX"), await shop.UsesAsync("SHIP")));
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task What_cannot_be_combined_is_refused_and_the_same_code_twice_is_one()
    {
        var (strict, shop) = (await ShopAsync(combines: false), await ShopAsync());
        await RefusedAsync(strict, "discounts_not_combinable", null, "AFIX", "SHIP");
        await RefusedAsync(shop, "discounts_not_combinable", null, "SHIP", "SHIP2");
        await RefusedAsync(shop, "discount_unknown", "NONE", "AFIX", "none");
        await RefusedAsync(shop, "discount_not_applicable", "ZPART", "ZPART", "AFIX");
        var body = With(strict.Body((0, 1)), "AFIX", "afix ");
        body["discountCode"] = "AFIX";
        var order = await new Desk(Server, strict).PlaceAsync(body);
        Assert.Equal((301, false), (Desk.Number(order, "discountAmount"), order.TryGetProperty("discounts", out _)));
        body = With(shop.Body((0, 1)), "AFIX", "SHIP");
        body["discountCode"] = "ZPART";
        var (status, answer, _) = await shop.OrderAsync(Server.Guest, body);
        Assert.Equal((400, "discountCodes"), (status, answer.GetProperty("errors").EnumerateObject().Single().Name));
        Assert.Equal(0, await shop.UsesAsync("AFIX"));
    }

    [Fact]
    public async Task Goods_that_do_not_come_take_their_share_of_both_codes_and_shipping_with_its_tax_stays_until_the_last()
    {
        var shop = await ShopAsync();
        var desk = new Desk(Server, shop);
        var order = await desk.PlaceAsync(With(shop.Body((0, 3), (1, 3)), "AFIX", "ZPART"));
        var total = Desk.Number(order, "total");
        await desk.PayAsync(order);
        await desk.DoAsync(order, "ship");
        var due = 0L;
        foreach (var line in new[] { (1, 1L), (0, 2L), (1, 2L) })
        {
            due = Desk.Number(await desk.DoAsync(order, "return", desk.Lines(line)), "refundDue");
            await Audit.VerifyAsync(Server.Db);
        }

        Assert.True(total - due > 735, $"{due} of {total}: shipping and its tax are kept while something is left");
        Assert.Equal((1, 1), (await shop.UsesAsync("ZPART"), await shop.UsesAsync("AFIX")));
        Assert.Equal(total, Desk.Number(await desk.DoAsync(order, "return"), "refundDue"));
        Assert.Equal((0, 0), (await shop.UsesAsync("ZPART"), await shop.UsesAsync("AFIX")));
        await Audit.VerifyAsync(Server.Db);
    }

    [Theory]
    [InlineData(true, 8, 1000, 74, 0)]
    [InlineData(false, 8, 1000, 80, 80)]
    [InlineData(true, 33.33, 999, 250, 0)]
    [InlineData(false, 0, 1000, 0, 0)]
    [InlineData(false, 8.8755, 1_000_000, 88_755, 88_755)]
    public async Task Shipping_is_taxed_as_the_store_taxes_its_goods(bool included, decimal rate, long fee, long tax, long added)
    {
        var shop = await Shop.CreateAsync(Server.Db, 50);
        await shop.ChargeAsync($$"""[{"from":0,"fee":{{fee}}}]""",
            FormattableString.Invariant(
            $$"""{"included":{{(included ? "true" : "false")}},"rate":0,"categories":[],"shipping":{{rate}}}"""));
        await shop.AddCodeAsync("SHIP", "free_shipping", 0);
        var desk = new Desk(Server, shop);
        var order = await desk.PlaceAsync(shop.Body());
        Assert.Equal((tax, tax, 1000 + fee + added), (Desk.Number(order, "shippingTaxAmount"), Desk.Number(order, "taxAmount"),
            Desk.Number(order, "total")));
        var free = await desk.PlaceAsync(With(shop.Body(), "SHIP"));
        Assert.Equal((0, 1000), (Desk.Number(free, "taxAmount"), Desk.Number(free, "total")));

        // What those who work for the shop say that delivery costs is taxed, too.
        var body = shop.Body();
        body["shippingFee"] = 2 * fee;
        var said = await desk.PlaceAsync(body, Server.Staff(shop.StoreId));
        Assert.InRange(Desk.Number(said, "shippingTaxAmount"), (2 * tax) - 1, (2 * tax) + 1);
        await Audit.VerifyAsync(Server.Db);
    }

    private async Task RefusedAsync(Shop shop, string code, string? which, params string[] codes)
    {
        var (status, answer, _) = await shop.OrderAsync(Server.Guest, With(shop.Body((0, 1)), codes));
        Assert.Equal((422, code), (status, answer.GetProperty("code").GetString()));
        Assert.Equal(which, answer.TryGetProperty("discountCode", out var named) ? named.GetString() : null, ignoreCase: true);
        // The shop's quote: no guest is told what an email has used before.
        var (_, quote, _) = await Shop.PostAsync(Server.Staff(shop.StoreId), "/orders/quote", With(shop.Body((0, 1)), codes));
        Assert.Equal((false, code), (quote.GetProperty("canBePlaced").GetBoolean(),
            quote.GetProperty("obstacle").GetProperty("code").GetString()));
    }
}

public sealed class TwoCodes_on_sqlite(SqliteHost host) : TwoCodesTests(host), IClassFixture<SqliteHost>;

public sealed class TwoCodes_on_postgresql(PostgresHost host) : TwoCodesTests(host), IClassFixture<PostgresHost>;
