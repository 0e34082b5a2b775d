using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Platform.Messaging;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Messaging;

/// <summary>What other systems tell us through a broker: done once, however often it is told, or a dead letter with the reason.</summary>
public abstract class IncomingTests(Backend backend, string way)
{
    [Fact]
    public async Task Payments_and_refused_reservations_are_taken_once_and_what_is_wrong_is_put_aside()
    {
        await using var brokered = await Brokered.StartAsync(backend, way);
        var server = await brokered.ServeAsync(MessagingOptions.Outbox);
        var shop = await Shop.CreateAsync(server.Db, 100);
        var (paid, failed, refused, shipped) = (await OrderAsync(), await OrderAsync(), await OrderAsync(), await OrderAsync());
        var bank = new JsonObject { ["provider"] = "bank", ["transactionId"] = "bank-1", ["amount"] = 1000, ["currency"] = "VND" };
        Assert.Equal(201, (await Shop.PostAsync(server.Admin, $"/orders/{shipped}/payments", bank)).Status);
        Assert.Equal(200, (await Shop.PostAsync(server.Admin, $"/orders/{shipped}/ship", null)).Status);

        // Bare data with its type beside it, and a CloudEvent; each told three times.
        for (var i = 0; i < 3; i++)
        {
            await SendAsync("payment.success", Payment(paid, "t-1"));
            await SendAsync("payment.failed", Cloud("payment.failed", "f-1", "bank", Payment(failed, "t-2")));
            await SendAsync("inventory.reserve.result", new JsonObject { ["orderId"] = refused, ["accepted"] = false, ["reason"] = "flood" });
            await SendAsync("inventory.reserve.result", new JsonObject { ["orderId"] = paid, ["accepted"] = true });
            await SendAsync("payment.failed", Payment(shipped, "t-0"));
        }

        await Until.TrueAsync("all has been taken", async () => await StatusAsync(paid) == "confirmed/paid" && await StatusAsync(failed) == "pending/failed"
            && await StatusAsync(refused) == "cancelled/unpaid", 60);
        Assert.Equal(["order.created", "payment.succeeded", "order.confirmed"], await HistoryAsync(paid));
        Assert.Equal(["order.created", "payment.failed"], await HistoryAsync(failed));
        Assert.Equal(["order.created", "order.cancelled"], await HistoryAsync(refused));
        Assert.Equal(["order.created", "payment.succeeded", "order.confirmed", "order.shipped"], await HistoryAsync(shipped));

        // After a failure the money may still come; a CloudEvent of ours is no news to us.
        await SendAsync("payment.success", Payment(failed, "t-3"));
        await Until.TrueAsync("it has been paid after all", async () => await StatusAsync(failed) == "confirmed/paid", 60);
        Assert.Equal(0, await Heard.RowsAsync(server.Db, "dead_letters"));

        var wrong = Payment(paid, "t-4");
        wrong["currency"] = "USD";
        var small = Payment(paid, "t-5");
        small["amount"] = "1000";
        (string Type, JsonObject Body, string Reason)[] bad =
        [
            ("payment.success", wrong, "currency_mismatch"),
            ("payment.success", Payment(Guid.CreateVersion7(), "t-6"), "there is no order"),
            ("payment.success", small, "amount, currency"),
            ("payment.success", Payment(shipped, "t-1"), "transaction_conflict"),
            ("payment.maybe", Payment(paid, "t-7"), "unknown"),
            ("payment.failed", Cloud("payment.failed", "1", "holdfast", Payment(paid, "t-8")), "ourselves"),
            ("inventory.reserve.result", new JsonObject { ["orderId"] = shipped, ["accepted"] = false }, "illegal_transition"),
            ("payment.success", Cloud("payment.success", "f-1", "bank", Payment(paid, "t-9")), "idempotency_key_reused"),
        ];
        for (var i = 0; i < 2; i++)
        {
            foreach (var (type, body, _) in bad)
            {
                await SendAsync(type, body);
            }
        }

        await Until.TrueAsync("the wrong ones are dead letters", async () => await Heard.RowsAsync(server.Db, "dead_letters") == bad.Length, 60);
        await Until.TrueAsync("each has been told twice", async () => (await DeadLetters.NewestAsync(server.Db, 100)).All(l => l.Attempts == 2), 60);
        var letters = await DeadLetters.NewestAsync(server.Db, 100);
        Assert.All(bad, b => Assert.Single(letters, l => l.Lane == "order_inbox" && l.Type == b.Type && l.Reason.Contains(b.Reason, StringComparison.Ordinal)));

        // Redriven it fails as it did, and stays.
        var letter = letters.First(l => l.Reason.Contains("currency_mismatch", StringComparison.Ordinal));
        Assert.Equal(202, (await Shop.PostAsync(server.Admin, $"/dead-letters/{letter.Id}/redrive", null)).Status);
        await Until.TrueAsync("it was tried again", async () => (await DeadLetters.NewestAsync(server.Db, 100)).Single(l => l.Id == letter.Id).Attempts == 3, 60);
        await brokered.AuditAsync();

        async Task<Guid> OrderAsync() => (await shop.OrderAsync(server.Guest)).Body.GetProperty("id").GetGuid();
        Task SendAsync(string type, JsonObject body) => brokered.SendAsync(Topics.Inbox, type, Brokered.Bytes(body.ToJsonString()));
        async Task<string> StatusAsync(Guid id) => await server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{id}") is var o
            ? $"{o.GetProperty("status").GetString()}/{o.GetProperty("paymentStatus").GetString()}" : "";
        Task<List<string>> HistoryAsync(Guid id) => server.Db.ReadAsync(s => s.QueryAsync("SELECT type FROM events WHERE subject = $1 ORDER BY sequence", r => r.Text(0), id));
    }

    private static JsonObject Payment(Guid order, string transaction) => new() { ["orderId"] = order, ["amount"] = 1000, ["currency"] = "VND", ["transactionId"] = transaction };

    private static JsonObject Cloud(string type, string id, string source, JsonObject data) =>
        new() { ["specversion"] = "1.0", ["id"] = id, ["source"] = source, ["type"] = type, ["data"] = data };
}

public sealed class Incoming_by_rabbitmq() : IncomingTests(Backend.Postgres, MessagingOptions.RabbitMq);

public sealed class Incoming_by_kafka() : IncomingTests(Backend.Sqlite, MessagingOptions.Kafka);
