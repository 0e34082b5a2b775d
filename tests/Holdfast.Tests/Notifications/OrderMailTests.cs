using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Notifications;
using Holdfast.Notifications.Mail;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Mail;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Notifications;

/// <summary>What buyers get about their orders: each step once, in order, in their language.</summary>
public abstract class OrderMailTests(TestHost host) : IDisposable
{
    private static readonly DroppedMails NoDropped = new(NullLogger<DroppedMails>.Instance);

    private readonly string _folder = Directory.CreateTempSubdirectory("holdfast-eml-").FullName;

    private readonly HashSet<string> _seen = [];

    private Db Db => host.Server.Db;

    private MailSender Sender =>
        new(Db, new MailTransport(new MailOptions(null, "Shop <shop@example.com>", _folder)), host.Server.Get<EmailComposer>(),
        NullLogger<MailSender>.Instance);

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_buyer_hears_of_every_step_once_and_in_order()
    {
        var shop = await Shop.CreateAsync(Db, 10, 10);
        using var staff = host.Server.Staff(shop.StoreId);
        var body = shop.Body((0, 2), (1, 1));
        body["customer"] = new JsonObject { ["email"] = $"{Guid.CreateVersion7():N}@example.com", ["name"] = "Nguyễn <b>An</b>" };
        var (_, order, _) = await shop.OrderAsync(host.Server.Guest, body);
        var id = order.GetProperty("id").GetString()!;
        Assert.Equal("vi", order.GetProperty("locale").GetString());
        await PayAsync(staff, id, 4000);
        await OkAsync(staff, $"/orders/{id}/ship",
            new JsonObject
            {
                ["lines"] = new JsonArray(new JsonObject { ["variantId"] = shop.Variant, ["quantity"] = 2 }),
                ["carrier"] = "GHN",
                ["trackingNumber"] = "VN1"
            });
        await OkAsync(staff, $"/orders/{id}/ship", new JsonObject { ["trackingNumber"] = "VN2" });
        await OkAsync(staff, $"/orders/{id}/deliver", new JsonObject());

        var number = order.GetProperty("number").GetString();
        var mails = await MailsAsync(id, 5);
        Assert.Equal([$"Xác nhận đơn hàng #{number}", $"Đã nhận thanh toán cho đơn hàng #{number}",
            $"Một phần đơn hàng #{number} đang được giao", $"Đơn hàng #{number} đang được giao",
            $"Đơn hàng #{number} đã được giao"], mails.Select(m => m.Subject));
        Assert.All(mails, m => Assert.Contains(body["customer"]!["email"]!.GetValue<string>(), m.To, StringComparison.Ordinal));
        Assert.Contains("Tổng cộng: 4.000 ₫", mails[0].Text, StringComparison.Ordinal);
        Assert.Contains("Nguyễn &lt;b&gt;An&lt;/b&gt;", mails[0].Html, StringComparison.Ordinal);
        Assert.Contains($"/orders/{id}?key={order.GetProperty("accessKey").GetString()}", mails[0].Text, StringComparison.Ordinal);
        Assert.Contains("Mã vận đơn: VN2", mails[3].Text, StringComparison.Ordinal);

        // Whatever is handed over again is told already.
        var events = await Db.ReadAsync(s =>
            s.QueryAsync("SELECT subject, sequence, type, store_id, occurred_at, actor, previous, data FROM events WHERE subject = $1",
            r => new Event(r.Uuid(0), r.Int(1), r.Text(2), r.Uuid(3), r.Time(4), r.Text(5), r.TextOrNull(6), r.Bytes(7)), Guid.Parse(id)));
        await Db.WriteAsync(tx => new NotificationsConsumer(new NotificationOptions(), NoDropped).HandleAsync(tx, events));
        Assert.Equal(0, await OpenAsync(id));
        await Db.WriteAsync(tx =>
            new NotificationsConsumer(new NotificationOptions { OrderMails = false }, NoDropped).HandleAsync(tx,
            [events[0] with { Sequence = 99 }]));
        Assert.Equal(0, await OpenAsync(id));
    }

    [Fact]
    public async Task The_language_is_the_buyers_and_otherwise_the_currencys()
    {
        var shop = await Shop.CreateAsync(Db, 10);
        foreach (var (accept, language, subject) in new[] { ("en-GB,en;q=0.8,vi;q=0.5", "en", "Order confirmation #"),
            ("fr,vi-VN;q=0.5", "vi", "Xác nhận đơn hàng #"), ("fr", "vi", "Xác nhận đơn hàng #") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders") { Content = JsonContent.Create(shop.Body()) };
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
            request.Headers.TryAddWithoutValidation("Accept-Language", accept);
            using var answer = await host.Server.Guest.SendAsync(request);
            var order = await answer.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(language, order.GetProperty("locale").GetString());
            var id = order.GetProperty("id").GetString()!;
            Assert.Equal(subject + order.GetProperty("number").GetString(), Assert.Single(await MailsAsync(id, 1)).Subject);
            Assert.Equal(language, (await host.Server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{id}")).GetProperty("locale")
                .GetString());
        }
    }

    [Fact]
    public async Task Endings_and_money_that_comes_late_are_told()
    {
        var shop = await Shop.CreateAsync(Db, 10, 1);
        using var staff = host.Server.Staff(shop.StoreId);
        using var customer = host.Server.Customer();
        var cash = shop.Body();
        (cash["paymentMethod"], _) = ("cash_on_delivery", cash.Remove("customer"));
        var paidAtTheDoor = Id((await shop.OrderAsync(customer, cash)).Body);
        await OkAsync(staff, $"/orders/{paidAtTheDoor}/ship", new JsonObject());
        await OkAsync(staff, $"/orders/{paidAtTheDoor}/deliver", new JsonObject());
        var told = await MailsAsync(paidAtTheDoor, 3);
        Assert.EndsWith("đã được giao", told[2].Subject, StringComparison.Ordinal);
        Assert.DoesNotContain("?key=", told[0].Text, StringComparison.Ordinal);

        var cancelled = Id((await shop.OrderAsync(host.Server.Guest)).Body);
        await OkAsync(staff, $"/orders/{cancelled}/cancel", new JsonObject { ["reason"] = "hết hàng" });
        await PayAsync(staff, cancelled, 1000);
        told = await MailsAsync(cancelled, 3);
        Assert.Contains("Lý do: hết hàng", told[1].Text, StringComparison.Ordinal);
        Assert.Contains("sẽ được hoàn lại", told[2].Subject, StringComparison.Ordinal);
        await RefundAsync(Guid.Parse(cancelled), 1000);
        Assert.Contains("đã hoàn lại 1.000 ₫", (await MailsAsync(cancelled, 1))[0].Text, StringComparison.Ordinal);

        var late = Id((await shop.OrderAsync(host.Server.Guest)).Body);
        await Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE orders SET expires_at = created_at WHERE id = $1", Guid.Parse(late)));
        await Until.TrueAsync("it has expired",
            async () => (await host.Server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{late}")).GetProperty("status")
            .GetString() == "expired");
        await PayAsync(staff, late, 1000);
        told = await MailsAsync(late, 3);
        Assert.EndsWith("đã hết hạn", told[1].Subject, StringComparison.Ordinal);
        Assert.Contains("được tiếp tục", told[2].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_writes_to_a_buyer_who_has_left()
    {
        var shop = await Shop.CreateAsync(Db, 10);
        var id = Guid.Parse(Id((await shop.OrderAsync(host.Server.Guest)).Body));
        await Until.TrueAsync("it is queued", async () => await OpenAsync(id.ToString()) == 1);
        await Db.WriteAsync(tx =>
            tx.ExecuteAsync("UPDATE orders SET customer_email = $2 WHERE id = $1", id, Holdfast.Identity.Core.Emails.OfClosed(id)));
        await Until.TrueAsync("all are looked at", async () => await Sender.SendOnceAsync() == 0);
        Assert.DoesNotContain(Directory.GetFiles(_folder).Select(File.ReadAllText),
            m => m.Contains(id.ToString(), StringComparison.Ordinal));
        Assert.Equal(0, await shop.CountAsync("SELECT COUNT(*) FROM mails WHERE about_subject = $1 AND sent_at IS NOT NULL", id));
    }

    [Fact]
    public async Task A_letter_that_cannot_be_written_holds_up_no_other()
    {
        var shop = await Shop.CreateAsync(Db, 100);
        var ids = new List<Guid>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add(Guid.Parse(Id((await shop.OrderAsync(host.Server.Guest)).Body)));
        }

        await Until.TrueAsync("they are queued", async () => await OpenOfAsync(ids) == ids.Count);
        await Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE events SET data = $2 WHERE subject = $1", ids[0], "not JSON"u8.ToArray()));
        await Until.TrueAsync("all are tried", async () => await Sender.SendOnceAsync() == 0);
        Assert.Equal(1, await OpenOfAsync(ids));
        Assert.Equal(1, await shop.CountAsync("SELECT attempts FROM mails WHERE about_subject = $1 AND sent_at IS NULL", ids[0]));

        // Nobody else's: this database is the class's.
        await Db.WriteAsync(tx => tx.ExecuteAsync("DELETE FROM mails WHERE about_subject = $1", ids[0]));
    }

    private Task<long> OpenOfAsync(List<Guid> ids) =>
        Db.ReadAsync(s =>
        s.FirstAsync("SELECT COUNT(*) FROM mails WHERE about_subject {in $1} AND sent_at IS NULL", r => r.Long(0), ids.ToArray()));

    private static string Id(JsonElement order) => order.GetProperty("id").GetString()!;

    private static async Task OkAsync(HttpClient client, string path, JsonObject body)
    {
        var (status, answer, _) = await Shop.PostAsync(client, path, body);
        Assert.True(status is 200 or 201, answer.ToString());
    }

    private static Task PayAsync(HttpClient client, string id, long amount) => OkAsync(client, $"/orders/{id}/payments",
        new JsonObject
        {
            ["transactionId"] = Guid.CreateVersion7().ToString(),
            ["amount"] = amount,
            ["currency"] = "VND",
            ["provider"] = "bank"
        });

    private Task<long> OpenAsync(string id) =>
        Db.ReadAsync(s =>
        s.FirstAsync("SELECT COUNT(*) FROM mails WHERE about_subject = $1 AND sent_at IS NULL", r => r.Long(0), Guid.Parse(id)));

    /// <summary>The mails about one order that are queued by now, sent, in the order they went out.</summary>
    private async Task<List<Mailed>> MailsAsync(string id, int count)
    {
        await Until.TrueAsync("they are queued", async () => await OpenAsync(id) >= count);
        Assert.Equal(count, await OpenAsync(id));
        var number = await Db.ReadAsync(s => s.FirstAsync("SELECT number FROM orders WHERE id = $1", r => r.Text(0), Guid.Parse(id)));
        var mails = new List<Mailed>();
        await Until.TrueAsync("they are sent", async () =>
        {
            await Sender.SendOnceAsync();
            mails.AddRange(Directory.GetFiles(_folder).Where(_seen.Add).Select(f => Mailed.Read(File.ReadAllText(f)))
                .Where(m => m.Subject.Contains(number!, StringComparison.Ordinal)));
            return await OpenAsync(id) == 0;
        });
        Assert.Equal(count, mails.Count);
        return mails;
    }

    /// <summary>A refund as the engine will tell it.</summary>
    private async Task RefundAsync(Guid id, long amount) => await Db.WriteAsync(async tx =>
    {
        var last = (await tx.FirstAsync("SELECT sequence, data, store_id FROM events WHERE subject = $1 ORDER BY sequence DESC LIMIT 1",
            r => (Sequence: r.Int(0), Data: r.Bytes(1), Store: r.Uuid(2)), id));
        var order = JsonNode.Parse(last.Data)!.AsObject();
        (order["amountRefunded"], order["refundDue"], order["paymentStatus"]) = (amount, 0, "refunded");
        var e = new Event(id, last.Sequence + 1, "payment.refunded", last.Store, await tx.NowAsync(), "system",
            "\"previousStatus\":\"cancelled\",\"previousPaymentStatus\":\"paid\",\"previousAmountPaid\":1000,\"previousAmountRefunded\":0",
            JsonSerializer.SerializeToUtf8Bytes(order, Reply.Json));
        await tx.ExecuteAsync(
            "INSERT INTO events (subject, sequence, type, store_id, occurred_at, actor, previous, data) VALUES ($1, $2, $3, $4, $5, "
            + "$6, $7, $8)",
            e.Subject, e.Sequence, e.Type, e.StoreId, e.OccurredAt, e.Actor, e.Previous, e.Data);
        await new NotificationsConsumer(new NotificationOptions(), NoDropped).HandleAsync(tx, [e]);
    });
}

public sealed class OrderMail_on_sqlite(SqliteHost host) : OrderMailTests(host), IClassFixture<SqliteHost>;

public sealed class OrderMail_on_postgresql(PostgresHost host) : OrderMailTests(host), IClassFixture<PostgresHost>;
