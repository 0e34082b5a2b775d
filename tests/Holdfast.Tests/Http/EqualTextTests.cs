using System.Text.Json;
using Holdfast.Identity.Accounts;
using Holdfast.Tests.Catalog;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Http;

/// <summary>Texts that look alike and have other bytes are one text wherever something is known by its name.</summary>
public abstract class EqualTextTests(TestHost host)
{
    private const string Composed = "S\u00e1ch";

    private HttpClient Admin => host.Server.Admin;

    public static TheoryData<string> Books =>
        ["S\u00e1ch", "Sa\u0301ch", "sa\u0301CH", "\uff33\u00e1ch", "S\u200b\u00e1ch", " S\u00e1ch\u2060"];

    public static TheoryData<string> Skus =>
        ["AB-100", "ab-100", "AB\u200b-100", "\uff21\uff22-100", "A\u00adB-100", "AB-\u2460\u24ea\u24ea"];

    [Theory]
    [MemberData(nameof(Skus))]
    public async Task A_sku_is_one_however_it_is_written(string sku)
    {
        var store = await Admin.NewStoreAsync();
        await Admin.NewProductAsync(store, "First", "AB-100");
        var second = await Admin.Post("/products", new { storeId = store, name = "Second", variants = new[] { new { sku, price = 1 } } });
        second.Is(409, "sku_taken");
        Assert.Equal("AB-100", (string?)second["sku"]);

        var both = await Admin.Post("/products",
            new
            {
                storeId = store,
                name = "Both",
                variants = new[] { new { sku = "X\u00e9-1", price = 1 }, new { sku = "xe\u0301-1", price = 1 } }
            });
        both.Is(400, "invalid_request");
        Assert.Equal(["variants[1].sku"], both.FieldNames);
    }

    [Fact]
    public async Task A_product_that_is_written_again_keeps_its_variants()
    {
        var store = await Admin.NewStoreAsync();
        var made = await Admin.NewProductAsync(store, "A", "Đen-S\u00e1");
        var again = await Admin.Put($"/products/{made.Id}",
            new { name = "A", variants = new[] { new { sku = "đen-sa\u0301", price = 5 } } }, made.ETag);
        Assert.Equal((string?)made["variants"]![0]!["id"], (string?)Assert.Single(again["variants"]!.AsArray())!["id"]);
        Assert.Equal("đen-s\u00e1", (string?)again["variants"]![0]!["sku"]);
    }

    [Theory]
    [MemberData(nameof(Books))]
    public async Task A_category_is_one_for_lists_taxes_and_codes(string written)
    {
        var store = await Admin.NewStoreAsync();
        var code = $"B{Guid.CreateVersion7():N}"[..20];
        var product = await Admin.NewProductAsync(store, "Truyện Kiều", category: written, price: 105_000);
        var tax = new { included = true, rate = 10, categories = new[] { new { category = Composed, rate = 5 } } };
        var changed = await Admin.Put($"/stores/{store}",
            new { name = "Shop", slug = $"s-{Guid.CreateVersion7():N}", currency = "VND", tax });
        Assert.Equal(200, (int)changed.Status);
        Assert.Equal(201,
            (int)(await Admin.Post("/discount-codes",
            new { storeId = store, code, kind = "fixed", value = 100, categories = new[] { Composed } })).Status);
        Assert.Single((await Admin.Get($"/products?storeId={store}&category={Uri.EscapeDataString(Composed)}")).Items);
        Assert.Single((await Admin.Get($"/products?storeId={store}&category={Uri.EscapeDataString(written)}")).Items);

        var variant = (string)product["variants"]![0]!["id"]!;
        Assert.Equal(201, (int)(await Admin.Post($"/inventory/{variant}/receipts", new { quantity = 5, reference = "r" })).Status);
        var quote = await Admin.Post("/orders/quote", Order(store, variant, null));
        Assert.Equal(5_000, (long?)quote["taxAmount"]);
        quote = await Admin.Post("/orders/quote", Order(store, variant, code));
        Assert.Equal(100, (long?)quote["discountAmount"]);
    }

    [Fact]
    public async Task A_tax_names_a_category_once()
    {
        var tax = new
        {
            included = true,
            rate = 10,
            categories = new[] { new { category = Composed, rate = 5 }, new { category = "SA\u0301CH", rate = 8 } }
        };
        var refused = await Admin.Post("/stores", new { name = "Shop", slug = $"s-{Guid.CreateVersion7():N}", currency = "VND", tax });
        refused.Is(400, "invalid_request");
        Assert.Equal(["tax.categories"], refused.FieldNames);
    }

    [Theory]
    [InlineData("tet-2026")]
    [InlineData("\uff34\uff25\uff34-\uff12\uff10\uff12\uff16")]
    [InlineData("TET\u200b-2026")]
    [InlineData("\ufeffTET-2026 ")]
    public async Task A_code_applies_however_it_is_typed(string typed)
    {
        var store = await Admin.NewStoreAsync();
        var product = await Admin.NewProductAsync(store, "A", price: 1000);
        var variant = (string)product["variants"]![0]!["id"]!;
        Assert.Equal(201, (int)(await Admin.Post($"/inventory/{variant}/receipts", new { quantity = 5, reference = "r" })).Status);
        Assert.Equal(201,
            (int)(await Admin.Post("/discount-codes", new { storeId = store, code = "TET-2026", kind = "fixed", value = 100 })).Status);
        Assert.Equal(100, (long?)(await Admin.Post("/orders/quote", Order(store, variant, typed)))["discountAmount"]);
        Assert.Equal(100,
            (long?)(await Admin.Post($"/discount-codes/{Uri.EscapeDataString(typed)}/quote",
            new { storeId = store, subtotal = 1000 }))["discountAmount"]);
        (await Admin.Post("/discount-codes", new { storeId = store, code = typed, kind = "fixed", value = 100 })).Is(409,
            "discount_code_taken");
        Assert.Equal("TET-2026", (string?)(await Admin.Get($"/discount-codes/{Uri.EscapeDataString(typed)}?storeId={store}"))["code"]);
    }

    [Theory]
    [InlineData("note 7\u00e9", "NOTE 7e\u0301")]
    [InlineData("PX-01", "px\u200b-01")]
    [InlineData("PX-01", "\uff30\uff38-01")]
    public async Task A_delivery_counts_once_however_its_note_is_typed(string first, string again)
    {
        var product = await Admin.NewProductAsync(await Admin.NewStoreAsync(), "A");
        var receipts = $"/inventory/{(string)product["variants"]![0]!["id"]!}/receipts";
        Assert.Equal(201, (int)(await Admin.Post(receipts, new { quantity = 5, reference = first })).Status);
        var repeated = await Admin.Post(receipts, new { quantity = 5, reference = again });
        Assert.Equal((200, 5), ((int)repeated.Status, (long)repeated["onHand"]!));
        (await Admin.Post(receipts, new { quantity = 6, reference = again })).Is(409, "receipt_conflict");
    }

    [Theory]
    [InlineData("m\u1eadt kh\u1ea9u c\u1ee7a t\u00f4i", "ma\u0323\u0302t kha\u0302\u0309u cu\u0309a to\u0302i")]
    [InlineData("ma\u0323\u0302t kha\u0302\u0309u cu\u0309a to\u0302i", "m\u1eadt kh\u1ea9u c\u1ee7a t\u00f4i")]
    [InlineData("m\u1ea1\u0302t kh\u00e2\u0309u c\u1ee7a t\u00f4i", "m\u1eadt kh\u1ea9u c\u1ee7a t\u00f4i")]
    public async Task A_password_is_right_whatever_keyboard_it_is_typed_on(string set, string typed)
    {
        var email = $"a{Guid.CreateVersion7():N}@example.com";
        Assert.Equal(201, (int)(await host.Server.Guest.Post("/auth/register", new { email, password = set })).Status);
        Assert.Equal(200, (int)(await host.Server.Guest.Post("/auth/login", new { email, password = typed })).Status);
        (await host.Server.Guest.Post("/auth/login", new { email, password = typed.Replace('t', 'T') })).Is(401, "invalid_credentials");
    }

    [Fact]
    public async Task A_password_of_before_still_opens_and_is_made_anew()
    {
        const string AsTyped = "ca\u0300 phe\u0302 su\u031b\u0303a";
        var email = $"a{Guid.CreateVersion7():N}@example.com";
        var made = (await host.Server.Get<AccountStore>()
            .CreateAsync(Holdfast.Platform.Http.Routing.Role.Customer, email, null, "another one", [])).Value;
        // As it was hashed when passwords were taken byte by byte.
        var old = new Microsoft.AspNetCore.Identity.PasswordHasher<object>().HashPassword(new object(), AsTyped);
        await host.Server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE users SET password_hash = $2 WHERE id = $1", made.Id, old));
        foreach (var typed in new[] { "c\u00e0 ph\u00ea s\u1eefa", AsTyped, "c\u00e0 ph\u00ea s\u1eefa" })
        {
            Assert.Equal(200, (int)(await host.Server.Guest.Post("/auth/login", new { email, password = typed })).Status);
        }

        Assert.NotEqual(old,
            await host.Server.Db.ReadAsync(s => s.FirstAsync("SELECT password_hash FROM users WHERE id = $1", r => r.Text(0), made.Id)));
    }

    [Theory]
    [InlineData("b\u00fccher", "xn--bcher-kva")]
    [InlineData("xn--bcher-kva", "bu\u0308cher")]
    [InlineData("K\u00f6nig", "k\u00f6nig")]
    public async Task A_mailbox_has_one_account(string first, string second)
    {
        var unique = $"{Guid.CreateVersion7():N}";
        object Body(string domain) => new { email = $"an@{unique}.{domain}.example", password = "a long password" };
        Assert.Equal(201, (int)(await host.Server.Guest.Post("/auth/register", Body(first))).Status);
        (await host.Server.Guest.Post("/auth/register", Body(second))).Is(409, "email_taken");
        Assert.Equal(200, (int)(await host.Server.Guest.Post("/auth/login", Body(second))).Status);
    }

    [Theory]
    [InlineData("\u212aim", 409, "email_taken")]
    [InlineData("k\u200bim", 400, "invalid_request")]
    [InlineData("\uff4bim", 400, "invalid_request")]
    [InlineData("k\u0456m", 400, "invalid_request")]
    public async Task Nobody_squats_anothers_mailbox(string local, int status, string code)
    {
        var domain = $"{Guid.CreateVersion7():N}.example";
        Assert.Equal(201,
            (int)(await host.Server.Guest.Post("/auth/register", new { email = $"kim@{domain}", password = "a long password" })).Status);
        (await host.Server.Guest.Post("/auth/register", new { email = $"{local}@{domain}", password = "a long password" })).Is(status,
            code);
    }

    [Fact]
    public async Task What_is_stored_is_composed_and_an_opaque_key_is_left_as_it_is()
    {
        var store = await Admin.NewStoreAsync();
        var made = await Admin.Post("/products", new
        {
            storeId = store,
            name = "Sa\u0301ch",
            description = "ba\u0323n",
            metadata = new Dictionary<string, string> { ["ma\u0300u"] = "đo\u0309" },
            variants = new[] { new { sku = "a", name = "nho\u0309", price = 1,
                attributes = new Dictionary<string, string> { ["co\u031b\u0303"] = "vu\u031b\u0300a" } } },
        });
        Assert.Equal((Composed, "b\u1ea1n", "đ\u1ecf"),
            ((string?)made["name"], (string?)made["description"], (string?)made["metadata"]!["m\u00e0u"]));
        Assert.Equal("v\u1eeba", (string?)made["variants"]![0]!["attributes"]!["c\u1ee1"]);
        (await Admin.Post("/products",
            new
            {
                storeId = store,
                name = "A",
                metadata = new Dictionary<string, string> { ["e\u0301"] = "1", ["\u00e9"] = "2" },
                variants = new[] { new { sku = "b", price = 1 } }
            }))
            .Is(400, "invalid_request");

        var variant = (string)made["variants"]![0]!["id"]!;
        Assert.Equal(201, (int)(await Admin.Post($"/inventory/{variant}/receipts", new { quantity = 5, reference = "r" })).Status);
        var order = JsonSerializer.SerializeToNode(Order(store, variant, null))!.AsObject();
        order["idempotencyKey"] = "ke\u0301y";
        var first = await Admin.Post("/orders", order);
        Assert.Equal(201, (int)first.Status);
        Assert.Equal(first.Id, (await Admin.Post("/orders", order)).Id);
        order["idempotencyKey"] = "k\u00e9y";
        Assert.NotEqual(first.Id, (await Admin.Post("/orders", order)).Id);
    }

    private static object Order(Guid store, string variant, string? code) => new
    {
        storeId = store,
        lines = new[] { new { variantId = variant, quantity = 1 } },
        deliveryAddress = "1 Lê Lợi",
        contactPhone = "0901234567",
        customer = new { email = "an@example.com" },
        discountCode = code,
    };
}

public sealed class EqualText_on_sqlite(SqliteHost host) : EqualTextTests(host), IClassFixture<SqliteHost>;

public sealed class EqualText_on_postgresql(PostgresHost host) : EqualTextTests(host), IClassFixture<PostgresHost>;
