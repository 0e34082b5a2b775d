using System.Text.Json.Nodes;
using Holdfast.Identity.Links;
using Holdfast.Notifications;
using Holdfast.Notifications.Mail;
using Holdfast.Orders.Core;
using Holdfast.Platform.Mail;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Notifications;

/// <summary>Whoever orders with somebody else's email cannot fill their mailbox, nor write to them.</summary>
public abstract class StrangerMailTests(Backend backend) : IAsyncLifetime
{
    private const int OfRecipient = 3;
    private const int OfClient = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("holdfast-eml-").FullName;
    private TestServer? _server;
    private Shop _shop = null!;

    private TestServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        if (backend == Backend.Postgres)
        {
            PostgresServer.Require();
        }

        _server = await TestServer.StartAsync(backend, s =>
        {
            s.AddSingleton(new NotificationOptions { StrangersPerRecipient = OfRecipient, StrangersPerClient = OfClient });
            s.AddSingleton(new OrderOptions { KeepsClients = true, CashConfirmationHours = 48 });
        });
        _shop = await Shop.CreateAsync(Server.Db, 1000);
    }

    public async ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task<Guid> OrderAsync(HttpClient client, string email, string name = "BUY NOW at http://evil.example")
    {
        var body = _shop.Body();
        (body["customer"], body["contactPhone"], body["paymentMethod"]) = (new JsonObject { ["email"] = email, ["name"] = name }, "none",
            "cash_on_delivery");
        var (status, order, _) = await _shop.OrderAsync(client, body);
        Assert.True(status == 201, order.ToString());
        return order.GetProperty("id").GetGuid();
    }

    /// <summary>How many of the orders' events are told, once all were looked at.</summary>
    private async Task<long> ToldAsync(IEnumerable<Guid> orders)
    {
        await Until.TrueAsync("the events are handled", async () => await _shop.CountAsync("SELECT COUNT(*) FROM outbox") == 0);
        return await _shop.CountAsync("SELECT COUNT(*) FROM mails WHERE about_subject {in $1}", orders.ToArray());
    }

    /// <summary>What operators read about dropped mails, which is written after the commit that drops them.</summary>
    private async Task<IReadOnlyList<string>> DroppedAsync(string limit)
    {
        IReadOnlyList<string> lines = [];
        await Until.TrueAsync("dropped mails are logged",
            () => (lines = [.. Server.Log.Lines.Where(l => l.Contains(limit, StringComparison.Ordinal))]).Count > 0);
        return lines;
    }

    [Fact]
    public async Task One_mailbox_gets_so_many_mails_within_an_hour_however_it_is_spelled()
    {
        using var metered = new Holdfast.Tests.Messaging.Metered();
        var orders = new List<Guid>();
        for (var i = 0; i < 8; i++)
        {
            // Each from another address: the one of the recipient alone counts.
            orders.Add(await OrderAsync(Server.Guest, i % 2 == 0 ? $"victim+{i}@example.com" : "VICTIM@example.com"));
            await Server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE orders SET client_hash = NULL WHERE id = $1", orders[^1]));
        }

        Assert.InRange(await ToldAsync(orders), 1, OfRecipient);
        // Operators read one line for the recipient and the hour, which may end in between; it names nobody.
        var dropped = await DroppedAsync("strangers' orders cause to one recipient");
        Assert.InRange(dropped.Count, 1, 2);
        Assert.DoesNotContain(dropped, l => l.Contains('@', StringComparison.Ordinal));
        await Until.TrueAsync("dropped mails are counted",
            () => metered["holdfast.mails.dropped", "that strangers' orders cause to one recipient"] >= 2);

        // That the shop cancels them all fills the mailbox no more; what it sends out is told.
        using var staff = Server.Staff(_shop.StoreId);
        foreach (var id in orders.Skip(1))
        {
            Assert.Equal(200, (await Shop.PostAsync(staff, $"/orders/{id}/cancel", null)).Status);
        }

        Assert.InRange(await ToldAsync(orders), 1, OfRecipient);
        Assert.Equal(200, (await Shop.PostAsync(staff, $"/orders/{orders[0]}/ship", null)).Status);
        await ToldAsync(orders);
        Assert.Equal(1,
            await _shop.CountAsync(
            "SELECT COUNT(*) FROM mails m JOIN events e ON e.subject = m.about_subject AND e.sequence = m.about_sequence WHERE e.type = "
            + "'order.shipped' AND m.about_subject = $1", orders[0]));
    }

    [Fact]
    public async Task One_address_causes_so_many_mails_to_whomever()
    {
        var orders = new List<Guid>();
        for (var i = 0; i < 9; i++)
        {
            orders.Add(await OrderAsync(Server.Guest, $"v{i}.{Guid.CreateVersion7():N}@example.com"));
        }

        Assert.Equal(OfClient, await ToldAsync(orders));
        Assert.InRange((await DroppedAsync("that orders from one address cause")).Count, 1, 2);

        // Whoever has proved the mailbox is told, and so is whoever the shop orders for.
        var proved = Guid.CreateVersion7();
        await TestServer.AddCustomerAsync(Server.Db, proved);
        await Server.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync("UPDATE users SET email = 'own@example.com', email_proved_at = $2 WHERE id = $1", proved,
            await tx.NowAsync()));
        Assert.Equal(2,
            await ToldAsync(
            [await OrderAsync(Server.Customer(proved, "own@example.com"), "own@example.com"),
            await OrderAsync(Server.Staff(_shop.StoreId), "phoned@example.com")]));
    }

    [Fact]
    public async Task The_mail_has_no_word_of_whoever_ordered_until_the_mailbox_is_proved()
    {
        var id = await OrderAsync(Server.Guest, "reader@example.com");
        await ToldAsync([id]);
        var before = await ReadAsync();
        Assert.DoesNotContain("BUY", before.Text + before.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", before.Text + before.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Nguyễn", before.Text + before.Html, StringComparison.Ordinal);
        var link = $"/orders/{id}?confirm={Server.Get<AccessKeys>().Mailed(id, "reader@example.com")}";
        Assert.Contains(link, before.Text, StringComparison.Ordinal);

        Assert.Equal(200,
            (await Shop.PostAsync(Server.Guest, $"/orders/{id}/confirm", new JsonObject { ["token"] = link.Split('=')[1] })).Status);
        using var staff = Server.Staff(_shop.StoreId);
        Assert.Equal(200, (await Shop.PostAsync(staff, $"/orders/{id}/ship", null)).Status);
        await ToldAsync([id]);
        var after = await ReadAsync();
        Assert.Contains("BUY NOW at http: //evil. example", after.Text, StringComparison.Ordinal);
        Assert.Contains("Đà Nẵng", after.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_are_mailed_so_often_within_an_hour()
    {
        var id = await OrderAsync(Server.Guest, "asked@example.com");
        var customer = await Server.Db.ReadAsync(s => s.FirstAsync("SELECT customer_id FROM orders WHERE id = $1", r => r.Uuid(0), id));
        await Server.Db.WriteAsync(async tx =>
        {
            var (batch, now) = (tx.Batch(), await tx.NowAsync());
            for (var i = 0; i < 2 * Mails.MostPerHour; i++)
            {
                Mails.Queue(batch, new OutgoingMail($"link:{i}", "asked@example.com", "s", "t") { UserId = customer }, now);
                Mails.Queue(batch, new OutgoingMail($"nobody:{i}", "x@example.com", "s", "t"), now);
            }

            for (var i = 0; i < 2 * Mails.MostPerHour; i++)
            {
                Mails.Queue(batch, new OutgoingMail($"later:{i}", "asked@example.com", "s", "t") { UserId = customer }, now.AddHours(2));
            }

            await batch.RunAsync();
        });
        foreach (var (key, count) in new[] { ("link", Mails.MostPerHour), ("later", Mails.MostPerHour), ("nobody", 2 * Mails.MostPerHour) })
        {
            Assert.Equal(count, await _shop.CountAsync("SELECT COUNT(*) FROM mails WHERE key LIKE $1", $"{key}:%"));
        }
    }

    private async Task<Mailed> ReadAsync()
    {
        var sender = new MailSender(Server.Db, new MailTransport(new MailOptions(null, "Shop <shop@example.com>", _folder)),
            Server.Get<EmailComposer>(), NullLogger<MailSender>.Instance);
        await Until.TrueAsync("all are sent", async () => await sender.SendOnceAsync() == 0);
        var mails = Directory.GetFiles(_folder).OrderBy(File.GetLastWriteTimeUtc).Select(f => Mailed.Read(File.ReadAllText(f))).ToList();
        return mails[^1];
    }
}

public sealed class StrangerMail_on_sqlite() : StrangerMailTests(Backend.Sqlite);

public sealed class StrangerMail_on_postgresql() : StrangerMailTests(Backend.Postgres);
