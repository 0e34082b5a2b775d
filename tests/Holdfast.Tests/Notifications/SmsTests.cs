using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Configuration;
using Holdfast.Notifications;
using Holdfast.Notifications.Sms;
using Holdfast.Orders.Core;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Holdfast.Tests.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Notifications;

/// <summary>SMS goes through a gateway beside the mails: each once, again where the gateway failed, and only to numbers.</summary>
public sealed class SmsTests
{
    [Fact]
    public async Task A_gateway_gets_what_matters_at_once_and_again_after_it_failed()
    {
        await using var gateway = await Receiver.StartAsync();
        var failures = 1;
        gateway.Answer = http =>
        {
            http.Response.StatusCode = Interlocked.Decrement(ref failures) >= 0 ? 500 : 202;
            return Task.CompletedTask;
        };
        await using var server = await TestServer.StartAsync(await TestDb.CreateAsync(Backend.Sqlite),
            s => s.AddSingleton(new OrderOptions { CashConfirmationHours = 48 }),
            settings: new Settings
            {
                RateLimits = false,
                Notifications = new NotificationOptions { Sms = new SmsGateway(new Uri(gateway.Url), "the-token") }
            });
        var shop = await Shop.CreateAsync(server.Db, 10);
        using var staff = server.Staff(shop.StoreId);
        var body = shop.Body();
        (body["contactPhone"], body["paymentMethod"]) = ("090 000 0000", "cash_on_delivery");
        var (_, order, _) = await shop.OrderAsync(server.Guest, body);
        await Until.TrueAsync("it was tried", () => gateway.All.Count == 1);
        await Until.TrueAsync("the failure is noted",
            () => server.Log.Lines.Any(l => l.Contains("could not be sent by sms", StringComparison.Ordinal)));
        server.Db.ClockSkew += TimeSpan.FromSeconds(13);
        await Until.TrueAsync("it is tried again", () => gateway.All.Count == 2);
        Assert.Equal((gateway.All[0].Body, gateway.All[0].IdempotencyKey, "Bearer the-token"),
            (gateway.All[1].Body, gateway.All[1].IdempotencyKey, gateway.All[1].Authorization));
        var sms = JsonDocument.Parse(gateway.All[1].Body).RootElement;
        Assert.Equal("+84900000000", sms.GetProperty("to").GetString());
        var text = sms.GetProperty("text").GetString()!;
        Assert.StartsWith($"Cửa hàng: mã xác nhận đơn hàng #{order.GetProperty("number").GetString()} là ", text, StringComparison.Ordinal);

        // With the code, as it is read out, the buyer confirms.
        var id = order.GetProperty("id").GetString();
        var code = text[(text.IndexOf(" là ", StringComparison.Ordinal) + 4)..text.IndexOf(", có giá trị", StringComparison.Ordinal)];
        Assert.Equal(200, (await Shop.PostAsync(server.Guest, $"/orders/{id}/confirm", new JsonObject { ["code"] = code })).Status);

        // No number, another country, money that is waited for: no SMS. A shipment is told.
        foreach (var (phone, method) in new[] { ("at the bakery", "cash_on_delivery"), ("+1 202 555 0143", "cash_on_delivery"),
            ("+883 5100 0000 0000", "cash_on_delivery"), ("090 000 0000", "online"), ("090 000 0000", "bank_transfer") })
        {
            (body["contactPhone"], body["paymentMethod"]) = (phone, method);
            Assert.Equal(201, (await shop.OrderAsync(server.Guest, body)).Status);
        }

        await Shop.PostAsync(staff, $"/orders/{id}/ship", new JsonObject { ["trackingNumber"] = "VN1" });
        await Until.TrueAsync("the shipment is told", () => gateway.All.Count == 3);
        Assert.EndsWith("đang được giao. VN1.", JsonDocument.Parse(gateway.All[2].Body).RootElement.GetProperty("text").GetString(),
            StringComparison.Ordinal);
        await Until.TrueAsync("the events are handled", async () => await shop.CountAsync("SELECT COUNT(*) FROM outbox") == 0);
        Assert.Equal((2, 9),
            (await shop.CountAsync("SELECT COUNT(*) FROM mails WHERE channel = 'sms'"),
            await shop.CountAsync("SELECT COUNT(*) FROM mails")));
    }
}
