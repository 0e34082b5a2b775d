using Holdfast.Client;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Client;

/// <summary>Catalog, stock, carts, codes and points through the client, with answers that must fit its records exactly.</summary>
public abstract class ShopCallsTests(TestHost host)
{
    [Fact]
    public async Task Stores_and_products_are_made_read_and_changed()
    {
        using var admin = StrictClient.Admin(host.Server);
        var (store, product) = await ClientShop.MakeAsync(admin);
        Assert.Equal([new ShippingRate(0, 30_000), new(500_000, 0)], store.ShippingRates);
        Assert.Equal((true, 8m, 10m), (store.Tax!.Included, store.Tax.Rate, store.Tax.Shipping));
        Assert.Equal(store.Id, Assert.Single((await admin.Stores.ListAsync(externalId: store.ExternalId)).Items).Id);

        var renamed = await admin.Stores.ReplaceAsync(store.Id, new(store.Slug, "Khác", "VND"), store.Version);
        Assert.Equal(("Khác", store.Version + 1, null, null), (renamed.Name, renamed.Version, renamed.Tax, renamed.ExternalId));
        var refusal = await RefusedAsync(() => admin.Stores.ReplaceAsync(store.Id, new(store.Slug, "Nochmal", "VND"), store.Version));
        Assert.Equal((412, "precondition_failed"), (refusal.Status, refusal.Code));
        Assert.Equal(renamed.Version, (await admin.Stores.GetAsync(store.Id)).Version);

        using var staff = StrictClient.Staff(host.Server, store.Id);
        VariantBody[] variants = [.. product.Variants.Select(v => new VariantBody(v.Sku, 150_000, v.Id, Active: v != product.Variants[1]))];
        var changed = await staff.Products.ReplaceAsync(product.Id, new("Cà phê rang", variants, PaymentMethods: [PaymentMethod.Online]),
            product.Version);
        Assert.Equal((150_000, false, "online"),
            (changed.Variants[0].Price, changed.Variants[1].Active, Assert.Single(changed.PaymentMethods!)));
        Assert.Equal((100, "VND"), (changed.Variants[0].Available, changed.Variants[0].Currency));
        using var guest = StrictClient.Of(host.Server, null);
        Assert.Equal("Cà phê rang", Assert.Single((await guest.Products.ListAsync(store.Id, q: "ca phe", sort: "-price")).Items).Name);
        await staff.Products.DeleteAsync(product.Id, changed.Version);
        Assert.Equal(404, (await RefusedAsync(() => guest.Products.GetAsync(product.Id))).Status);
    }

    [Fact]
    public async Task Stock_is_counted_received_and_reserved()
    {
        using var admin = StrictClient.Admin(host.Server);
        var shop = await ClientShop.MakeAsync(admin, pieces: 10);
        using var staff = StrictClient.Staff(host.Server, shop.Store.Id);
        Assert.Equal(20, (await staff.Inventory.SetAsync(shop.Variant, new(20))).LowStockThreshold);
        Assert.Null((await staff.Inventory.SetAsync(shop.Variant, new(null))).LowStockThreshold);
        var received = await staff.Inventory.ReceiveAsync(shop.Variant, new(5, "DN-1"));
        Assert.Equal((15, 5, "DN-1"), (received.OnHand, received.Movement.OnHandDelta, received.Movement.Reference));

        var held = await staff.Reservations.CreateAsync(new([new(shop.Variant, 4)], TtlSeconds: 60, Reference: "job 12"));
        Assert.Equal(("active", 4, "job 12"), (held.Status, held.Lines[0].Quantity, held.Reference));
        var short1 = await staff.Inventory.AdjustAsync(shop.Variant, new("broken", Delta: -12));
        Assert.Equal(new ShortHold(held.Id, 4, 1), Assert.Single(short1.Affected));
        Assert.Equal("reservation_short", (await RefusedAsync(() => staff.Reservations.CommitAsync(held.Id))).Code);
        await staff.Inventory.ReceiveAsync(shop.Variant, new(1, "DN-2"));
        Assert.Equal("committed", (await staff.Reservations.CommitAsync(held.Id)).Status);
        Assert.Equal("committed", (await staff.Reservations.GetAsync(held.Id)).Status);
        var second = await staff.Reservations.CreateAsync(new([new(shop.Product.Variants[1].Id, 1)]));
        Assert.Equal("released", (await staff.Reservations.ReleaseAsync(second.Id)).Status);

        Assert.Equal("committed", (await staff.Inventory.ListMovementsAsync(shop.Variant, limit: 1)).Items[0].Reason);
        Assert.Equal(0, (await staff.Inventory.GetAsync(shop.Variant)).OnHand);
        Assert.Equal(2, (await staff.Inventory.ListAsync(shop.Store.Id, below: 100)).Items.Count);
        await Until.TrueAsync("the alert opens", async () => (await staff.Inventory.ListAlertsAsync(shop.Store.Id)).Items is
            [{ Kind: "sold_out" } alert] && alert.VariantId == shop.Variant);
    }

    [Fact]
    public async Task A_visitors_cart_becomes_the_customers_and_an_order()
    {
        using var admin = StrictClient.Admin(host.Server);
        var shop = await ClientShop.MakeAsync(admin);
        using var visitor = StrictClient.Of(host.Server, null);
        var token = (await visitor.Carts.GetAsync(shop.Store.Id)).CartToken;
        var cart = await visitor.Carts.SetLineAsync(shop.Store.Id, shop.Variant, new(200), token);
        Assert.Equal(("unavailable", null), (cart.Lines[0].Changes[0].Code.Replace("insufficient_stock", "unavailable"), cart.CartToken));
        Assert.Equal(412, (await RefusedAsync(() => visitor.Carts.ClearAsync(shop.Store.Id, token, cart.Version + 1))).Status);
        cart = await visitor.Carts.SetLineAsync(shop.Store.Id, shop.Product.Variants[1].Id, new(2), token, cart.Version);
        cart = await visitor.Carts.RemoveLineAsync(shop.Store.Id, shop.Product.Variants[1].Id, token, cart.Version);
        Assert.Single(cart.Lines);

        using var customer = StrictClient.Customer(host.Server, Guid.CreateVersion7());
        var merged = await customer.Carts.GetAsync(shop.Store.Id, token);
        Assert.Equal((100, 100), (Assert.Single(merged.Lines).Quantity, Assert.Single(merged.NotMerged!).Quantity));
        await customer.Carts.SetLineAsync(shop.Store.Id, shop.Variant, new(1));
        var order = await customer.Carts.CheckOutAsync(new()
        {
            StoreId = shop.Store.Id,
            DeliveryAddress = "1 Lê Lợi, Huế",
            ContactPhone = "+84 90 123 4567",
            ExpectedTotal = 175_000,
        });
        Assert.Equal((175_000, "1 Lê Lợi, Huế", null), (order.Total, order.DeliveryAddress.Text, order.AccessKey));
        Assert.Empty((await customer.Carts.ClearAsync(shop.Store.Id)).Lines);
    }

    [Fact]
    public async Task Codes_are_made_tried_used_and_removed()
    {
        using var admin = StrictClient.Admin(host.Server);
        var shop = await ClientShop.MakeAsync(admin);
        using var staff = StrictClient.Staff(host.Server, shop.Store.Id);
        var code = await staff.DiscountCodes.CreateAsync(new("percent", "SUMMER", shop.Store.Id, 12.5m, StartsAt: "2026-01-01",
            EndsAt: "2099-01-01", UsageLimit: 5, Categories: ["Thực phẩm"]));
        Assert.Equal((12.5m, 5, 0), (code.Value, code.UsageLimit, code.Used));
        await staff.DiscountCodes.CreateAsync(new("free_shipping", "SHIP", shop.Store.Id));
        using var guest = StrictClient.Of(host.Server, null);
        var tried = await guest.DiscountCodes.QuoteAsync("summer", new(shop.Store.Id, 145_000, "Thực phẩm"));
        Assert.Equal((18_125, false, "VND"), (tried.DiscountAmount, tried.FreeShipping, tried.Currency));
        Assert.Equal("discount_unknown",
            (await RefusedAsync(() => guest.DiscountCodes.QuoteAsync("nothing", new(shop.Store.Id, 1)))).Code);

        var order = await guest.Orders.PlaceAsync(shop.Order() with { DiscountCodes = ["summer", "ship"] });
        Assert.Equal((18_125, 0, 2), (order.DiscountAmount, order.ShippingFee, order.Discounts!.Count));
        var used = (await staff.DiscountCodes.ListAsync(shop.Store.Id, code: "SUM")).Items.Single();
        Assert.Equal(1, used.Used);
        var changed = await staff.DiscountCodes.ReplaceAsync("SUMMER", new("fixed", Value: 5_000), shop.Store.Id, used.Version);
        Assert.Equal(("fixed", 5_000m), (changed.Kind, (await staff.DiscountCodes.GetAsync("SUMMER", shop.Store.Id)).Value));

        Assert.False((await staff.DiscountCodes.DeleteAsync("SUMMER", shop.Store.Id))!.Active);
        await staff.DiscountCodes.CreateAsync(new("fixed", "NEVER", shop.Store.Id, 1));
        Assert.Null(await staff.DiscountCodes.DeleteAsync("NEVER", shop.Store.Id));
    }

    [Fact]
    public async Task Points_are_given_seen_and_spent()
    {
        using var admin = StrictClient.Admin(host.Server);
        var shop = await ClientShop.MakeAsync(admin);
        using var staff = StrictClient.Staff(host.Server, shop.Store.Id);
        Assert.Equal(0, (await staff.Loyalty.GetProgramAsync(shop.Store.Id)).PointValue);
        await staff.Loyalty.SetProgramAsync(shop.Store.Id, new(10_000, 100, 365), 0);
        var id = Guid.CreateVersion7();
        using var customer = StrictClient.Customer(host.Server, id);
        await customer.Account.GetAsync();
        var given = await staff.Loyalty.AdjustAsync(id, new(shop.Store.Id, 50, "late delivery"));
        Assert.Equal((50, "adjusted", "late delivery"), (given.Balance, given.Movement.Reason, given.Movement.Note));
        Assert.Equal("insufficient_points", (await RefusedAsync(() => staff.Loyalty.AdjustAsync(id, new(shop.Store.Id, -51, "x")))).Code);

        var order = await customer.Orders.PlaceAsync(shop.Order(null) with { RedeemPoints = 5 });
        Assert.Equal((5, 500), (order.RedeemedPoints, order.PointsDiscountPrice));
        await staff.Orders.RecordPaymentAsync(order.Id, new("bank", $"t-{order.Id}", order.Total, "VND"));
        await staff.Orders.ShipAsync(order.Id, new());
        Assert.Equal(14, (await staff.Orders.DeliverAsync(order.Id)).EarnedPoints);
        var mine = Assert.Single((await customer.Loyalty.ListAsync()).Items);
        Assert.Equal((59, 9), (mine.Balance, mine.NextExpiry!.Points));
        Assert.Equal(mine, await staff.Loyalty.GetAsync(id, shop.Store.Id));
        Assert.Equal(["earned", "redeemed", "adjusted"],
            (await customer.Loyalty.ListMovementsAsync(shop.Store.Id)).Items.Select(m => m.Reason));
    }

    internal static Task<HoldfastException> RefusedAsync(Func<Task> call) => Assert.ThrowsAsync<HoldfastException>(call);
}

public sealed class ShopCalls_on_sqlite(SqliteHost host) : ShopCallsTests(host), IClassFixture<SqliteHost>;

public sealed class ShopCalls_on_postgresql(PostgresHost host) : ShopCallsTests(host), IClassFixture<PostgresHost>;
