using System.Text.Json.Nodes;
using Holdfast.Identity.Accounts;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Orders;

/// <summary>
/// Who counts as one buyer against the limits of variants and codes: a guest by mailbox and phone, an account by its id and its proved
/// mailbox; what guests do counts against guests alone, and nobody is told what others did.
/// </summary>
public abstract class OneBuyerTests(TestHost host)
{
    private readonly string _mark = $"{Guid.CreateVersion7():N}";

    private TestServer Server => host.Server;

    private async Task<Shop> LimitedShopAsync(int limit)
    {
        var shop = await Shop.CreateAsync(Server.Db);
        await shop.AddVariantAsync(700, 100, limit);
        return shop;
    }

    private JsonObject From(Shop shop, string email, string phone = "none", long quantity = 1, string? code = null)
    {
        var body = shop.Body((0, quantity));
        body["customer"] = new JsonObject { ["email"] = email };
        (body["contactPhone"], body["discountCode"]) = (phone, code);
        return body;
    }

    private static async Task<string> OrderAsync(Shop shop, HttpClient client, JsonObject body)
    {
        var (status, answer, _) = await shop.OrderAsync(client, body);
        return status == 201 ? "placed" : answer.GetProperty("code").GetString()!;
    }

    private Task<string> GuestAsync(Shop shop, string email, string phone = "none", long quantity = 1, string? code = null) =>
        OrderAsync(shop, Server.Guest, From(shop, email, phone, quantity, code));

    private Task<string> AccountAsync(Shop shop, Guid id, string email, long quantity = 1, string? code = null, string phone = "none") =>
        OrderAsync(shop, Server.Customer(id, email), From(shop, email, phone, quantity, code));

    /// <summary>An account whose mailbox a mailed link has proved.</summary>
    private async Task<Guid> ProvedAsync(string email)
    {
        var id = Guid.CreateVersion7();
        await TestServer.AddCustomerAsync(Server.Db, id);
        await Server.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync("UPDATE users SET email = $2, email_proved_at = $3 WHERE id = $1", id, email, await tx.NowAsync()));
        return id;
    }

    [Fact]
    public async Task Spellings_of_one_mailbox_are_one_guest()
    {
        var shop = await LimitedShopAsync(2);
        Assert.Equal("placed", await GuestAsync(shop, $"Lan.{_mark}@Example.com"));
        Assert.Equal("placed", await GuestAsync(shop, $"lan.{_mark}+a@example.com"));
        foreach (var spelling in new[] { $"lan.{_mark}+b@example.com", $"LAN.{_mark}@EXAMPLE.com", $"lan.{_mark}+c+d@example.com" })
        {
            Assert.Equal("purchase_limit", await GuestAsync(shop, spelling));
        }

        // Dots say nothing at Gmail, and much elsewhere.
        Assert.Equal("placed", await GuestAsync(shop, $"l.an.{_mark}@gmail.com", quantity: 2));
        Assert.Equal("purchase_limit", await GuestAsync(shop, $"lan{_mark}+x@googlemail.com"));
        Assert.Equal("placed", await GuestAsync(shop, $"lan{_mark}@example.com", quantity: 2));
    }

    [Fact]
    public async Task One_phone_is_one_guest_unless_it_says_nothing()
    {
        var shop = await LimitedShopAsync(2);
        Assert.Equal("placed", await GuestAsync(shop, $"a{_mark}@example.com", "+84 90 123 9876", 2));
        Assert.Equal("purchase_limit", await GuestAsync(shop, $"b{_mark}@example.com", "0901 239 876"));
        foreach (var phone in new[] { "0000000000", "0123456789", "9876543210", "0900000000", "12345", "none" })
        {
            Assert.Equal("placed", await GuestAsync(shop, $"{phone[..2]}x{phone.Length}{_mark}@example.com", phone, 2));
            Assert.Equal("placed", await GuestAsync(shop, $"{phone[..2]}y{phone.Length}{_mark}@example.com", phone, 2));
        }
    }

    [Fact]
    public async Task What_guests_buy_stands_in_no_accounts_way()
    {
        var shop = await LimitedShopAsync(2);
        var (email, phone) = ($"mine.{_mark}@example.com", "0905 123 987");
        Assert.Equal("placed", await GuestAsync(shop, email, phone, 2));
        var (account, proved) = (Guid.CreateVersion7(), await ProvedAsync(email));
        Assert.Equal("placed", await AccountAsync(shop, account, email, 2, phone: phone));
        Assert.Equal("purchase_limit", await AccountAsync(shop, account, email, phone: phone));
        Assert.Equal("placed", await AccountAsync(shop, proved, email, 2, phone: phone));
        Assert.Equal("purchase_limit", await AccountAsync(shop, proved, email));
        await Holdfast.Tests.Crash.Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task A_proved_mailbox_counts_for_every_account_and_guest_that_has_it()
    {
        var shop = await LimitedShopAsync(2);
        var first = await ProvedAsync($"two.{_mark}@example.com");
        Assert.Equal("placed", await AccountAsync(shop, first, $"two.{_mark}@example.com", 2));
        Assert.Equal("purchase_limit",
            await AccountAsync(shop, await ProvedAsync($"two.{_mark}+b@example.com"), $"two.{_mark}+b@example.com"));
        Assert.Equal("purchase_limit", await GuestAsync(shop, $"two.{_mark}+c@example.com"));

        // What an account only says is its email is nobody's.
        var liar = Guid.CreateVersion7();
        Assert.Equal("placed", await AccountAsync(shop, liar, $"three.{_mark}@example.com", 2));
        Assert.Equal("placed", await GuestAsync(shop, $"three.{_mark}@example.com", quantity: 2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_guest_has_paid_for_counts_for_the_account_that_takes_it_over(bool isPaid)
    {
        var shop = await LimitedShopAsync(2);
        var email = $"join.{_mark}@example.com";
        var (_, order, _) = await shop.OrderAsync(Server.Guest, From(shop, email, quantity: 2));
        if (isPaid)
        {
            Assert.Equal(201, (await Shop.PostAsync(Server.Admin, $"/orders/{order.GetProperty("id").GetGuid()}/payments",
                new JsonObject { ["transactionId"] = _mark, ["amount"] = 1400, ["currency"] = "VND", ["provider"] = "bank" })).Status);
        }

        var account = await ProvedAsync(email);
        await Server.Db.WriteAsync(async tx =>
        {
            foreach (var hook in Server.App.Services.GetServices<AccountHook>())
            {
                var guest = new JoiningGuest(order.GetProperty("customerId").GetGuid(), account, $"customer:{account}");
                await hook.JoinAsync(tx, guest, await tx.NowAsync());
            }
        });
        Assert.Equal(isPaid ? "purchase_limit" : "placed", await AccountAsync(shop, account, email));
        await Holdfast.Tests.Crash.Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task The_migration_counts_accounts_by_their_id_and_guests_by_their_mailbox()
    {
        var shop = await LimitedShopAsync(9);
        await shop.AddCodeAsync("OLD", "fixed", 100, perCustomer: 3);
        var (email, account) = ($"old.{_mark}@example.com", Guid.CreateVersion7());
        Assert.Equal("placed", await AccountAsync(shop, account, email, 2, "OLD"));
        Assert.Equal("placed", await GuestAsync(shop, email.ToUpperInvariant(), quantity: 3, code: "OLD"));
        var (_, cancelled, _) = await shop.OrderAsync(Server.Guest, From(shop, email, quantity: 4));
        Assert.Equal(200, (await Shop.PostAsync(Server.Admin, $"/orders/{cancelled.GetProperty("id").GetGuid()}/cancel", null)).Status);
        await using var tx = await Server.Db.BeginAsync();
        // As the release before left it: all under the email.
        await tx.ExecuteAsync("UPDATE orders SET buyer_keys = NULL WHERE store_id = $1", shop.StoreId);
        await tx.ExecuteAsync("DELETE FROM purchase_counts WHERE variant_id = $1", shop.Variant);
        await tx.ExecuteAsync("INSERT INTO purchase_counts (variant_id, buyer, quantity) VALUES ($1, $2, 5)", shop.Variant, email);
        await tx.ExecuteAsync("UPDATE discount_uses SET buyer = $2 WHERE order_id IN (SELECT id FROM orders WHERE store_id = $1)",
            shop.StoreId, email);
        foreach (var statement in await MigrationAsync("007_buyers_and_unpaid_holds", "UPDATE orders SET buyer_keys"))
        {
            await tx.ExecuteAsync(statement);
        }

        Assert.Equal(new[] { ($"account:{account}", 2L), (email, 3L) }.Order(), (await tx.QueryAsync(
            "SELECT buyer, quantity FROM purchase_counts WHERE variant_id = $1", r => (r.Text(0), r.Long(1)), shop.Variant)).Order());
        Assert.Equal(new[] { ($"account:{account}", false), (email, true), (email, true) }.Order(), (await tx.QueryAsync(
            "SELECT buyer_keys, is_guest FROM orders WHERE store_id = $1", r => (r.Text(0), r.Bool(1)), shop.StoreId)).Order());
        Assert.Equal(new[] { $"account:{account}", email }.Order(), (await tx.QueryAsync(
            "SELECT u.buyer FROM discount_uses u JOIN orders o ON o.id = u.order_id WHERE o.store_id = $1",
            r => r.Text(0), shop.StoreId)).Order());
        await tx.RollbackAsync();
    }

    /// <summary>The statements of a migration from the one that begins so.</summary>
    private static async Task<string[]> MigrationAsync(string name, string from)
    {
        var assembly = typeof(Holdfast.Orders.OrdersModule).Assembly;
        var resource = assembly.GetManifestResourceNames().Single(n => n.Contains(name, StringComparison.Ordinal));
        using var script = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        var text = await script.ReadToEndAsync(TestContext.Current.CancellationToken);
        return text[text.IndexOf(from, StringComparison.Ordinal)..]
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    [Fact]
    public async Task A_code_that_each_may_use_once_is_not_used_up_by_strangers()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        await shop.AddCodeAsync("ONCE", "fixed", 100, perCustomer: 1);
        var email = $"code.{_mark}@example.com";
        Assert.Equal("placed", await GuestAsync(shop, email, code: "ONCE"));
        Assert.Equal("discount_used_up", await GuestAsync(shop, $"CODE.{_mark}+2@example.com", code: "ONCE"));
        var account = await ProvedAsync(email);
        Assert.Equal("placed", await AccountAsync(shop, account, email, code: "ONCE"));
        Assert.Equal("discount_used_up", await AccountAsync(shop, account, email, code: "ONCE"));
        var other = await ProvedAsync($"other.{_mark}@example.com");
        Assert.Equal("placed", await AccountAsync(shop, other, $"other.{_mark}@example.com", code: "ONCE"));
        Assert.Equal("discount_used_up", await GuestAsync(shop, $"other.{_mark}@example.com", code: "ONCE"));
        Assert.Equal(3, await shop.UsesAsync("ONCE"));
        await Holdfast.Tests.Crash.Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task A_code_that_each_may_use_once_is_used_up_by_one_phone_with_many_emails()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        await shop.AddCodeAsync("ONCE", "fixed", 100, perCustomer: 1);
        await shop.AddCodeAsync("TWICE", "fixed", 100, perCustomer: 2);
        Assert.Equal("placed", await GuestAsync(shop, $"p1{_mark}@example.com", "0905 123 411", code: "ONCE"));
        foreach (var (n, phone) in new[] { "+84 905 123 411", "0905123411", "0084905.123.411", "(0905) 123-411" }.Index())
        {
            Assert.Equal("discount_used_up", await GuestAsync(shop, $"q{n}{_mark}@example.com", phone, code: "ONCE"));
        }

        // Those who order at once are counted, too, and another code, another phone and one that says nothing are not concerned.
        var atOnce = await Task.WhenAll(Enumerable.Range(0, 5)
            .Select(n => GuestAsync(shop, $"r{n}{_mark}@example.com", "0905 123 411", code: "TWICE")));
        Assert.Equal((2, 3), (atOnce.Count(a => a == "placed"), atOnce.Count(a => a == "discount_used_up")));
        Assert.Equal("placed", await GuestAsync(shop, $"s{_mark}@example.com", "0905 123 412", code: "ONCE"));
        Assert.Equal("placed", await GuestAsync(shop, $"t{_mark}@example.com", "0000000000", code: "ONCE"));
        Assert.Equal("placed", await GuestAsync(shop, $"u{_mark}@example.com", "0000000000", code: "ONCE"));

        // A guest's phone stands in no account's way; an account's order counts against guests.
        Assert.Equal("placed", await AccountAsync(shop, Guid.CreateVersion7(), $"v{_mark}@example.com", code: "ONCE",
            phone: "0905 123 411"));
        Assert.Equal("placed", await AccountAsync(shop, Guid.CreateVersion7(), $"w{_mark}@example.com", code: "ONCE",
            phone: "0905 123 413"));
        Assert.Equal("discount_used_up", await GuestAsync(shop, $"x{_mark}@example.com", "0905 123 413", code: "ONCE"));
        await Holdfast.Tests.Crash.Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task What_is_cancelled_gives_the_phone_its_code_back()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        await shop.AddCodeAsync("ONCE", "fixed", 100, perCustomer: 1);
        for (var n = 0; n < 3; n++)
        {
            var (status, order, _) = await shop.OrderAsync(Server.Guest, From(shop, $"c{n}{_mark}@example.com", "0905 123 414",
                code: "ONCE"));
            Assert.Equal(201, status);
            Assert.Equal("discount_used_up", await GuestAsync(shop, $"d{n}{_mark}@example.com", "0905 123 414", code: "ONCE"));
            Assert.Equal(200, (await Shop.PostAsync(Server.Admin, $"/orders/{order.GetProperty("id").GetGuid()}/cancel", null)).Status);
        }

        // Uses from before phones were counted have none, and none is given back of them.
        var (_, old, _) = await shop.OrderAsync(Server.Guest, From(shop, $"e{_mark}@example.com", "0905 123 414", code: "ONCE"));
        await Server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE discount_uses SET phone = NULL"));
        Assert.Equal(200, (await Shop.PostAsync(Server.Admin, $"/orders/{old.GetProperty("id").GetGuid()}/cancel", null)).Status);
        Assert.Equal("placed", await GuestAsync(shop, $"f{_mark}@example.com", "0905 123 414", code: "ONCE"));
        Assert.Equal("discount_used_up", await GuestAsync(shop, $"g{_mark}@example.com", "0905 123 414", code: "ONCE"));
        await Holdfast.Tests.Crash.Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task Nobody_is_told_what_somebody_else_has_bought()
    {
        var shop = await LimitedShopAsync(2);
        await shop.AddCodeAsync("ONCE", "fixed", 100, perCustomer: 1);
        var (email, phone) = ($"victim.{_mark}@example.com", "0903 456 712");
        Assert.Equal("placed", await GuestAsync(shop, email, phone, 2, "ONCE"));
        foreach (var asked in new[] { From(shop, email, quantity: 2, code: "ONCE"), From(shop, $"x{_mark}@example.com", phone, 2) })
        {
            var (_, quote, _) = await Shop.PostAsync(Server.Guest, "/orders/quote", asked);
            Assert.True(quote.GetProperty("canBePlaced").GetBoolean(), quote.ToString());
        }

        // One's own wish can be too much, which says nothing of others.
        var (_, much, _) = await Shop.PostAsync(Server.Guest, "/orders/quote", From(shop, email, quantity: 3));
        Assert.Equal("purchase_limit", much.GetProperty("obstacle").GetProperty("code").GetString());

        // An account with the email of somebody else sees nothing of theirs either, in a quote, in an order, in its cart.
        var stranger = Server.Customer(Guid.CreateVersion7(), email);
        var (_, theirs, _) = await Shop.PostAsync(stranger, "/orders/quote", From(shop, email, phone, 2));
        Assert.True(theirs.GetProperty("canBePlaced").GetBoolean(), theirs.ToString());
        using var put = await stranger.PutAsync($"/api/v1/carts/{shop.StoreId}/lines/{shop.Variant}",
            System.Net.Http.Json.JsonContent.Create(new { quantity = 2 }));
        Assert.DoesNotContain("mayBuy", await put.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var (status, refused, _) = await shop.OrderAsync(Server.Guest, From(shop, email, phone));
        Assert.Equal(422, status);
        Assert.Equal(["code", "detail", "purchaseLimit", "status", "title", "traceId", "type", "variantId"], refused.EnumerateObject()
            .Select(m => m.Name).Union(["traceId"]).Order(StringComparer.Ordinal));
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
