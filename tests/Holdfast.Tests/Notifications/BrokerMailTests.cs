using System.Text.Json.Nodes;
using Holdfast.Notifications.Mail;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Transports;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Messaging;
using Holdfast.Tests.Orders;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Notifications;

/// <summary>From an order through a broker to a mail server, with faults at both: each mail once.</summary>
[Slow]
public sealed class BrokerMailTests
{
    private const int Orders = 6;

    [Fact]
    public async Task Events_told_again_and_a_mail_server_that_is_down_make_no_second_mail_and_lose_none()
    {
        await using var brokered = await Brokered.StartAsync(Backend.Postgres, MessagingOptions.RabbitMq);
        var server = await brokered.ServeAsync();
        var (db, shop) = (server.Db, await Shop.CreateAsync(server.Db, 100));
        var wanted = new List<string>();
        for (var i = 0; i < Orders; i++)
        {
            var body = shop.Body();
            body["customer"] = new JsonObject { ["email"] = $"buyer{i}@example.com" };
            var (_, order, _) = await shop.OrderAsync(server.Guest, body);
            await Shop.PostAsync(server.Admin, $"/orders/{order.GetProperty("id").GetString()}/cancel", null);
            wanted.AddRange(
                [$"Xác nhận đơn hàng #{order.GetProperty("number").GetString()}",
                $"Đơn hàng #{order.GetProperty("number").GetString()} đã bị hủy"]);
        }

        await Until.TrueAsync("all are queued", async () => await Heard.RowsAsync(db, "mails") == wanted.Count);
        var port = Ports.Free();
        var sender = new MailSender(db,
            new MailTransport(new MailOptions(new SmtpServer("127.0.0.1", port, false, null, null), "Shop <shop@example.com>", "")),
            server.Get<EmailComposer>(), NullLogger<MailSender>.Instance);
        Assert.Equal(Orders, await sender.SendOnceAsync(TestContext.Current.CancellationToken));

        // Each event twice more, the earlier after the later.
        var keys = await db.ReadAsync(s =>
            s.QueryAsync("SELECT subject, sequence FROM events ORDER BY sequence DESC", r => new EventKey(r.Uuid(0), r.Int(1))));
        foreach (var e in await db.ReadAsync(s => EventTable.LoadAsync(s, keys)))
        {
            await brokered.SendAsync(Topics.Events, e.Type, CloudEvent.Write(e), CloudEvent.Write(e));
        }

        await using var mail = await MailServer.StartAsync(port);
        await Until.TrueAsync("all are sent", async () =>
        {
            db.ClockSkew += TimeSpan.FromSeconds(13);
            await sender.SendOnceAsync(TestContext.Current.CancellationToken);
            return mail.Received.Count >= wanted.Count;
        });
        await brokered.AuditAsync();
        Assert.Equal(0, await sender.SendOnceAsync(TestContext.Current.CancellationToken));
        Assert.Equal(wanted.Order(), mail.Received.Select(m => Mailed.Read(m).Subject).Order());
    }
}
