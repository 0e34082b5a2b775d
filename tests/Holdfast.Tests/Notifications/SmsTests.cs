using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Notifications;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Holdfast.Tests.Webhooks;

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
            settings: new Settings { RateLimits = false, Notifications = new NotificationOptions { Sms = new SmsGateway(new Uri(gateway.Url), "the-token") } });
        var shop = await Shop.CreateAsync(server.Db, 10);
        using var staff = server.Staff(shop.StoreId);
        var body = shop.Body();
        body["contactPhone"] = "090 000 0000";
        var (_, order, _) = await shop.OrderAsync(server.Guest, body);
        await Until.TrueAsync("it was tried", () => gateway.All.Count == 1);
        await Until.TrueAsync("the failure is noted", () => server.Log.Lines.Any(l => l.Contains("could not be sent by sms", StringComparison.Ordinal)));
        server.Db.ClockSkew += TimeSpan.FromSeconds(13);
        await Until.TrueAsync("it is tried again", () => gateway.All.Count == 2);
        Assert.Equal((gateway.All[0].Body, gateway.All[0].IdempotencyKey, "Bearer the-token"), (gateway.All[1].Body, gateway.All[1].IdempotencyKey, gateway.All[1].Authorization));
        var sms = JsonDocument.Parse(gateway.All[1].Body).RootElement;
        Assert.Equal("+84900000000", sms.GetProperty("to").GetString());
        Assert.StartsWith($"Cửa hàng: đơn hàng #{order.GetProperty("number").GetString()}, vui lòng thanh toán 1.000 ₫ trước ", sms.GetProperty("text").GetString(), StringComparison.Ordinal);

        // No number, nothing to say: no SMS. A shipment is told.
        body["contactPhone"] = "at the bakery";
        await shop.OrderAsync(server.Guest, body);
        var id = order.GetProperty("id").GetString();
        await Shop.PostAsync(staff, $"/orders/{id}/payments", new JsonObject { ["transactionId"] = "t", ["amount"] = 1000, ["currency"] = "VND", ["provider"] = "bank" });
        await Shop.PostAsync(staff, $"/orders/{id}/ship", new JsonObject { ["trackingNumber"] = "VN1" });
        await Until.TrueAsync("the shipment is told", () => gateway.All.Count == 3);
        Assert.EndsWith("đang được giao. VN1.", JsonDocument.Parse(gateway.All[2].Body).RootElement.GetProperty("text").GetString(), StringComparison.Ordinal);
        await Until.TrueAsync("the events are handled", async () => await shop.CountAsync("SELECT COUNT(*) FROM outbox") == 0);
        Assert.Equal((2, 6), (await shop.CountAsync("SELECT COUNT(*) FROM mails WHERE channel = 'sms'"), await shop.CountAsync("SELECT COUNT(*) FROM mails")));
    }
}
