using System.Globalization;
using Holdfast.Client;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Client;

/// <summary>Orders, accounts, webhooks and the server's own state through the client, with answers that must fit its records.</summary>
public abstract class OrderCallsTests(TestHost host)
{
    [Fact]
    public async Task An_order_goes_its_whole_way()
    {
        using var admin = StrictClient.Admin(host.Server);
        var shop = await ClientShop.MakeAsync(admin);
        using var staff = StrictClient.Staff(host.Server, shop.Store.Id);
        using var guest = StrictClient.Of(host.Server, null);
        var body = shop.Order(quantity: 3) with { Note = "Gọi trước", Metadata = new Dictionary<string, string> { ["a"] = "b" } };
        var quote = await guest.Orders.QuoteAsync(body);
        Assert.Equal((465_000, true, null, 15m), (quote.Total, quote.CanBePlaced, quote.Obstacle, quote.SessionMinutes));
        var order = await guest.Orders.PlaceAsync(body with { ExpectedTotal = quote.Total });
        Assert.Equal((OrderStatus.Pending, PaymentStatus.Unpaid, "Huế", "b"),
            (order.Status, order.PaymentStatus, order.DeliveryAddress.Parts!.City, order.Metadata!["a"]));
        Assert.Equal(order with { AccessKey = null }, await guest.Orders.GetAsync(order.Id, order.AccessKey), Alike);
        Assert.Equal(404, (await ShopCallsTests.RefusedAsync(() => guest.Orders.GetAsync(order.Id))).Status);

        var edited = await guest.Orders.EditAsync(order.Id, new("9 Hai Bà Trưng"), order.Version, order.AccessKey);
        Assert.Equal(("9 Hai Bà Trưng", order.Version + 1), (edited.DeliveryAddress.Text, edited.Version));
        var paid = await staff.Orders.RecordPaymentAsync(order.Id, new("bank", $"t-{order.Id}", order.Total, "VND", "card", 1,
            DateTimeOffset.Parse("2026-01-02T03:04:05Z", CultureInfo.InvariantCulture)));
        Assert.Equal((OrderStatus.Confirmed, PaymentStatus.Paid, paid.Total), (paid.Status, paid.PaymentStatus, paid.AmountPaid));
        await staff.Orders.CancelAsync(order.Id, new("broken", [new(shop.Variant, 1)]));
        var shipped = await staff.Orders.ShipAsync(order.Id, new(Carrier: "GHN", TrackingNumber: "1"));
        Assert.Equal(("GHN", "shipment"), (shipped.Fulfilments![0].Carrier, shipped.Fulfilments[0].Kind));
        Assert.Equal((2, 1), (shipped.Lines[0].ShippedQuantity, shipped.Lines[0].CancelledQuantity));
        Assert.Equal(OrderStatus.Delivered, (await staff.Orders.DeliverAsync(order.Id)).Status);
        Assert.Equal(1, (await staff.Orders.ReturnAsync(order.Id, new([new(shop.Variant, 1)], Restock: false))).Lines[0].ReturnedQuantity);
        var history = await guest.Orders.ListHistoryAsync(order.Id, accessKey: order.AccessKey);
        Assert.Equal(("order.created", "guest"), (history.Items[0].Type, history.Items[0].Actor));
        Assert.Contains(history.Items, e => e is { Type: "order.updated", Changed: { Count: > 0 } });
        var refusal = await ShopCallsTests.RefusedAsync(() => staff.Orders.CancelAsync(order.Id, new()));
        Assert.Equal(("illegal_transition", "delivered"), (refusal.Code, refusal.Facts["from"].GetString()));
    }

    [Fact]
    public async Task Orders_are_listed_counted_and_deleted()
    {
        using var admin = StrictClient.Admin(host.Server);
        var shop = await ClientShop.MakeAsync(admin);
        var id = Guid.CreateVersion7();
        using var customer = StrictClient.Customer(host.Server, id);
        using var staff = StrictClient.Staff(host.Server, shop.Store.Id);
        var order = await customer.Orders.PlaceAsync(shop.Order(null));
        Assert.Equal(order, Assert.Single((await customer.Orders.ListAsync(status: OrderStatus.Pending, sort: "-total")).Items), Alike);
        Assert.Equal(order.Id, Assert.Single((await staff.Orders.ListAsync(shop.Store.Id, from: "2026-01-01", q: order.Number)).Items).Id);
        Assert.Equal(1, (await staff.Customers.GetAsync(id)).Orders);
        Assert.Equal(id, Assert.Single((await staff.Customers.ListAsync("+84901234567")).Items).Id);
        await customer.Orders.CancelAsync(order.Id, new("changed my mind"));
        await Until.TrueAsync("the order is counted", async () =>
        {
            var counts = await staff.Orders.GetStatisticsAsync(shop.Store.Id, from: order.LocalDate, to: order.LocalDate);
            return counts.OrdersByStatus.GetValueOrDefault(OrderStatus.Cancelled) == 1 && counts.Series.Count == 1;
        });
        await customer.Orders.DeleteAsync(order.Id);
        Assert.Empty((await customer.Orders.ListAsync()).Items);
        await Until.TrueAsync("the order is erased", async () =>
        {
            try
            {
                await admin.Orders.DeleteAsync(order.Id, hard: true);
                return true;
            }
            catch (HoldfastException e) when (e.Code == "busy")
            {
                return false;
            }
        });
        Assert.Equal(404, (await ShopCallsTests.RefusedAsync(() => admin.Orders.GetAsync(order.Id))).Status);
    }

    [Fact]
    public async Task Holds_of_strangers_are_seen_confirmed_and_released()
    {
        if (host.Backend == Backend.Postgres)
        {
            PostgresServer.Require();
        }

        await using var server = await TestServer.StartAsync(host.Backend, s => s.AddSingleton(new Holdfast.Orders.Core.OrderOptions
        {
            CashConfirmationHours = 48,
            Unpaid = new Holdfast.Orders.Core.UnpaidLimits(OfBuyer: 8, Handful: 5, SharePercent: 50),
        }));
        using var admin = StrictClient.Admin(server);
        var shop = await ClientShop.MakeAsync(admin);
        using var staff = StrictClient.Staff(server, shop.Store.Id);
        using var guest = StrictClient.Of(server, null);
        var order = await guest.Orders.PlaceAsync(shop.Order() with { PaymentMethod = PaymentMethod.CashOnDelivery });
        await guest.Orders.LookUpAsync(new(order.Number, "an@example.com"));
        var hold = Assert.Single((await staff.Orders.ListUnpaidHoldsAsync(shop.Store.Id, shop.Variant)).Items);
        Assert.Equal((order.Id, "an@example.com", "Huế"), (hold.OrderId, hold.Email, hold.DeliveryAddress.Parts!.City));
        var token = server.Get<Holdfast.Identity.Links.AccessKeys>().Mailed(order.Id, "an@example.com");
        Assert.Equal(OrderStatus.Confirmed, (await guest.Orders.ConfirmAsync(order.Id, new(token))).Status);
        var released = await staff.Orders.ReleaseUnpaidHoldsAsync(new(shop.Store.Id, Email: "an@example.com"));
        Assert.Equal((1, 0, false), (released.Released, released.Kept.Count, released.HasMore));
    }

    [Fact]
    public async Task An_account_signs_in_changes_and_closes()
    {
        using var guest = StrictClient.Of(host.Server, null);
        var email = $"{Guid.CreateVersion7():N}@example.com";
        var session = await guest.Account.RegisterAsync(new(email, "một mật khẩu dài", "An"));
        session = await guest.Account.RefreshAsync(new(session.RefreshToken));
        session = await guest.Account.SignInAsync(new(email, "một mật khẩu dài", session.DeviceToken));
        using var me = StrictClient.Of(host.Server, session.AccessToken);
        Assert.Equal(("customer", email, "An"), await me.Account.GetAsync() is var own ? (own.Role, own.Email, own.Name) : default);
        Assert.Null((await me.Account.RenameAsync(new(null))).Name);
        await me.Account.SendVerificationAsync();
        var proved = await me.Account.VerifyEmailAsync(new(await MailedAsync(email)));
        Assert.Equal((email, 0), (proved.Email, proved.JoinedOrders));
        var other = $"{Guid.CreateVersion7():N}@example.com";
        await me.Account.ChangeEmailAsync(new(other, "một mật khẩu dài"));
        Assert.Equal(other, (await me.Account.ConfirmEmailAsync(new(await MailedAsync(other)))).Email);
        await guest.Account.ForgetPasswordAsync(new(other));
        await guest.Account.ResetPasswordAsync(new(await MailedAsync(other), "một mật khẩu khác"));
        using var again = StrictClient.Of(host.Server, (await guest.Account.SignInAsync(new(other, "một mật khẩu khác"))).AccessToken);
        var changed = await again.Account.ChangePasswordAsync(new("một mật khẩu khác", "lại một mật khẩu"));
        await guest.Account.SignOutAsync(new(changed.RefreshToken));
        using var last = StrictClient.Of(host.Server, changed.AccessToken);
        await last.Account.CloseAsync(new("lại một mật khẩu"));
        Assert.Equal("invalid_credentials",
            (await ShopCallsTests.RefusedAsync(() => guest.Account.SignInAsync(new(other, "lại một mật khẩu")))).Code);
    }

    [Fact]
    public async Task Keys_webhooks_and_dead_letters_are_managed()
    {
        using var admin = StrictClient.Admin(host.Server);
        var shop = await ClientShop.MakeAsync(admin);
        var key = await admin.Administration.CreateApiKeyAsync(new("ERP", [shop.Store.Id], ["orders:read"]));
        using var erp = StrictClient.Of(new HoldfastClientOptions { BaseAddress = host.Server.Address, ApiKey = key.Key });
        Assert.Empty((await erp.Orders.ListAsync(shop.Store.Id)).Items);
        var missing = await ShopCallsTests.RefusedAsync(() => erp.Orders.PlaceAsync(shop.Order()));
        Assert.Equal((403, "orders:write"), (missing.Status, missing.Facts["scope"].GetString()));
        await admin.Administration.RevokeApiKeyAsync(key.Id);
        Assert.NotNull((await admin.Administration.ListAllApiKeysAsync().SingleAsync(k => k.Id == key.Id)).RevokedAt);
        var actor = $"admin:{TestServer.AdminId}";
        var log = await admin.Administration.ListAuditLogAsync(actor, from: key.CreatedAt.AddDays(-1), to: key.CreatedAt.AddDays(1));
        Assert.Contains(log.Items, l => l.Action == "POST /api-keys" || l.Action == "DELETE /api-keys/{id}");

        using var staff = StrictClient.Staff(host.Server, shop.Store.Id);
        var made = await staff.Webhooks.CreateAsync(new(shop.Store.Id, "https://shop.invalid/hooks", ["order.*"], "ERP"));
        Assert.StartsWith("whsec_", made.Secret, StringComparison.Ordinal);
        Assert.Equal(made.Id, Assert.Single((await staff.Webhooks.ListAsync(shop.Store.Id)).Items).Id);
        using var guest = StrictClient.Of(host.Server, null);
        await guest.Orders.PlaceAsync(shop.Order());
        await Until.TrueAsync("the event is queued", async () => (await staff.Webhooks.ListDeliveriesAsync(made.Id)).Items.Count > 0);
        var delivery = (await staff.Webhooks.ListDeliveriesAsync(made.Id)).Items[0];
        Assert.Equal(delivery.EventId, (await staff.Webhooks.RedeliverAsync(made.Id, delivery.Id)).EventId);
        Assert.True((await staff.Webhooks.RedeliverFailedAsync(made.Id)).Redelivered >= 0);
        Assert.Equal("active", (await staff.Webhooks.ResumeAsync(made.Id)).Status);
        Assert.Null((await staff.Webhooks.GetAsync(made.Id)).PausedAt);
        await staff.Webhooks.DeleteAsync(made.Id);

        Assert.Empty((await admin.Administration.ListDeadLettersAsync("order_inbox")).Items);
        Assert.Equal(new DeadLettersRedriven(0, 0), await admin.Administration.RedriveDeadLettersAsync(new("order_inbox")));
        Assert.Equal(404, (await ShopCallsTests.RefusedAsync(() => admin.Administration.RedriveDeadLetterAsync(made.Id))).Status);
        Assert.Equal(404, (await ShopCallsTests.RefusedAsync(() => admin.Administration.DropDeadLetterAsync(made.Id))).Status);
    }

    [Fact]
    public async Task The_server_tells_how_it_is()
    {
        // Its calls send no token: one that is not good would be refused.
        using var client = StrictClient.Of(host.Server, "not a token");
        Assert.Equal("healthy", (await client.Server.GetLivenessAsync()).Status);
        Assert.Equal("healthy", (await client.Server.GetReadinessAsync()).Status);
        Assert.Contains((await client.Server.GetHealthAsync()).Dependencies!, d => d is { Name: "database", LatencyMs: > 0 });
        Assert.Equal("P-256", (await client.Server.GetPublicKeysAsync()).Keys[0].Crv);
        Assert.StartsWith("3.", (await client.Server.GetEventsDocumentAsync()).GetProperty("asyncapi").GetString(),
            StringComparison.Ordinal);
        Assert.Equal((401, "unauthenticated"),
            await ShopCallsTests.RefusedAsync(() => client.Stores.ListAsync()) is var e ? (e.Status, e.Code) : default);
    }

    /// <summary>The token of the latest link that is queued for the address.</summary>
    private async Task<string> MailedAsync(string email)
    {
        var text = await host.Server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT text FROM mails WHERE recipient = $1 AND text LIKE '%token=%' ORDER BY id DESC LIMIT 1", r => r.Text(0),
            email));
        return Uri.UnescapeDataString(text!.Split("token=")[1].Split('\n')[0].Trim());
    }

    /// <summary>Records with lists in them are alike when they are written alike.</summary>
    private static bool Alike(Order one, Order other) => Text(one) == Text(other);

    private static string Text(Order order) => System.Text.Json.JsonSerializer.Serialize(order, HoldfastJson.Default.Order);
}

public sealed class OrderCalls_on_sqlite(SqliteHost host) : OrderCallsTests(host), IClassFixture<SqliteHost>;

public sealed class OrderCalls_on_postgresql(PostgresHost host) : OrderCallsTests(host), IClassFixture<PostgresHost>;
