using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.Transports;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Messaging;

/// <summary>What other systems tell us through a broker: done once, however often it is told, or a dead letter with the reason.</summary>
[Slow]
public abstract class IncomingTests(Backend backend, string way)
{
    [Fact]
    public async Task Payments_and_refused_reservations_are_taken_once()
    {
        await using var brokered = await Brokered.StartAsync(backend, way);
        var server = await brokered.ServeAsync(MessagingOptions.Outbox);
        var shop = await Shop.CreateAsync(server.Db, 100);
        var (paid, failed, refused, shipped) = (await OrderAsync(shop, server), await OrderAsync(shop, server),
            await OrderAsync(shop, server), await ShippedAsync(shop, server));

        // Bare data with its type beside it, and a CloudEvent; each told three times.
        for (var i = 0; i < 3; i++)
        {
            await SendAsync(brokered, "payment.success", Payment(paid, "t-1"));
            await SendAsync(brokered, "payment.failed", Cloud("payment.failed", "f-1", "bank", Payment(failed, "t-2")));
            await SendAsync(brokered, "inventory.reserve.result",
                new JsonObject { ["orderId"] = refused, ["accepted"] = false, ["reason"] = "flood" });
            await SendAsync(brokered, "inventory.reserve.result", new JsonObject { ["orderId"] = paid, ["accepted"] = true });
            await SendAsync(brokered, "payment.failed", Payment(shipped, "t-0"));
        }

        await Until.TrueAsync("all has been taken", async () => await StatusAsync(server, paid) == "confirmed/paid"
            && await StatusAsync(server, failed) == "pending/failed"
            && await StatusAsync(server, refused) == "cancelled/unpaid");

        // After a failure the money may still come.
        await SendAsync(brokered, "payment.success", Payment(failed, "t-3"));
        await Until.TrueAsync("it has been paid after all", async () => await StatusAsync(server, failed) == "confirmed/paid");
        Assert.Equal(["order.created", "payment.succeeded", "order.confirmed"], await HistoryAsync(server, paid));
        Assert.Equal(["order.created", "payment.failed", "payment.succeeded", "order.confirmed"], await HistoryAsync(server, failed));
        Assert.Equal(["order.created", "order.cancelled"], await HistoryAsync(server, refused));
        Assert.Equal(["order.created", "payment.succeeded", "order.confirmed", "order.shipped"], await HistoryAsync(server, shipped));
        Assert.Equal(0, await Heard.RowsAsync(server.Db, "dead_letters"));
        await brokered.AuditAsync();
    }

    [Fact]
    public async Task What_is_wrong_is_put_aside_with_the_reason()
    {
        await using var brokered = await Brokered.StartAsync(backend, way);
        var server = await brokered.ServeAsync(MessagingOptions.Outbox);
        var shop = await Shop.CreateAsync(server.Db, 100);
        var (order, shipped) = (await OrderAsync(shop, server), await ShippedAsync(shop, server));
        var (wrong, text) = (Payment(order, "t-4"), Payment(order, "t-5"));
        wrong["currency"] = "USD";
        text["amount"] = "1000";
        (string Type, JsonObject Body, string Reason)[] bad =
        [
            ("payment.success", wrong, "currency_mismatch"),
            ("payment.success", Payment(Guid.CreateVersion7(), "t-6"), "there is no order"),
            ("payment.success", text, "amount, currency"),
            ("payment.maybe", Payment(order, "t-7"), "unknown"),
            ("payment.failed", Cloud("payment.failed", "1", "holdfast", Payment(order, "t-8")), "ourselves"),
            ("inventory.reserve.result", new JsonObject { ["orderId"] = shipped, ["accepted"] = false }, "illegal_transition"),
        ];

        // No Unicode: half of a surrogate pair, and a byte that is no UTF-8.
        byte[][] spoilt =
        [
            Brokered.Bytes($"{{\"orderId\":\"{order}\",\"reason\":\"\\ud800\"}}"),
            [.. Brokered.Bytes($"{{\"orderId\":\"{order}\",\"currency\":\""), 0xFF, .. Brokered.Bytes("\"}")],
            Brokered.Bytes(
                $"{{\"specversion\":\"1.0\",\"source\":\"\\ud800\",\"id\":\"1\",\"type\":\"payment.failed\","
                + $"\"data\":{{\"orderId\":\"{order}\"}}}}"),
        ];
        for (var i = 0; i < 2; i++)
        {
            foreach (var (type, body, _) in bad)
            {
                await SendAsync(brokered, type, body);
            }

            // A good one is sent with them, and taken.
            var innocent = await OrderAsync(shop, server);
            await brokered.SendAsync(Topics.Inbox, "payment.failed", [.. spoilt, Brokered.Bytes(Payment(innocent, "t-9").ToJsonString())]);
            await Until.TrueAsync("the good one was taken", async () => await StatusAsync(server, innocent) == "pending/failed");
        }

        await Until.TrueAsync("each is a dead letter and has been told twice", async () =>
            await DeadLetterStore.NewestAsync(server.Db, 100) is var all && all.Count == bad.Length + spoilt.Length
            && all.All(l => l.Attempts == 2));
        var letters = await DeadLetterStore.NewestAsync(server.Db, 100);
        Assert.All(bad, b =>
            Assert.Single(letters, l => l.Lane == "order_inbox" && l.Type == b.Type
            && l.Reason.Contains(b.Reason, StringComparison.Ordinal)));
        Assert.Equal(spoilt.Select(Convert.ToHexString).Order(),
            letters.Where(l => l.Reason.StartsWith("not JSON", StringComparison.Ordinal)).Select(l => Convert.ToHexString(l.Payload))
            .Order());
        Assert.Equal(("pending/unpaid", 1), (await StatusAsync(server, order), (await HistoryAsync(server, order)).Count));

        await RedrivenAsync(server, order, letters);
    }

    /// <summary>Redriven it fails as it did, and stays; when what stood in the way has gone, it is done.</summary>
    private static async Task RedrivenAsync(TestServer server, Guid order, IReadOnlyList<DeadLetter> letters)
    {
        var letter = letters.First(l => l.Reason.Contains("currency_mismatch", StringComparison.Ordinal));
        Assert.Equal(202, (await Shop.PostAsync(server.Admin, $"/dead-letters/{letter.Id}/redrive", null)).Status);
        await Until.TrueAsync("it was tried again",
            async () => (await DeadLetterStore.NewestAsync(server.Db, 100)).Single(l => l.Id == letter.Id).Attempts == 3);
        await server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE orders SET currency = 'USD' WHERE id = $1", order));
        Assert.Equal(202, (await Shop.PostAsync(server.Admin, $"/dead-letters/{letter.Id}/redrive", null)).Status);
        await Until.TrueAsync("it was done", async () => await StatusAsync(server, order) == "confirmed/paid");
        await Until.TrueAsync("it is no dead letter any more",
            async () => (await DeadLetterStore.NewestAsync(server.Db, 100)).All(l => l.Id != letter.Id));
    }

    [Fact]
    public async Task An_order_that_cannot_be_changed_costs_its_own_messages_and_holds_up_no_others()
    {
        await using var brokered = await Brokered.StartAsync(backend, way);
        var server = await brokered.ServeAsync(MessagingOptions.Outbox);
        var shop = await Shop.CreateAsync(server.Db, 100);
        var (sick, behind, later) = (await OrderAsync(shop, server), await OrderAsync(shop, server), await OrderAsync(shop, server));
        await MethodAsync(server, sick, "magic");
        await brokered.SendAsync(Topics.Inbox, "payment.success",
            [.. new[] { sick, behind }.Select((id, i) => Brokered.Bytes(Payment(id, $"s-{i}").ToJsonString()))]);
        await SendAsync(brokered, "payment.success", Payment(later, "s-2"));
        await Until.TrueAsync("the others are paid", async () => await StatusAsync(server, behind) == "confirmed/paid"
            && await StatusAsync(server, later) == "confirmed/paid");
        await Until.TrueAsync("there is a dead letter", async () => await Heard.RowsAsync(server.Db, "dead_letters") == 1);
        var letter = (await DeadLetterStore.NewestAsync(server.Db, 1))[0];
        Assert.Equal(("order_inbox", 3), (letter.Lane, letter.Attempts));
        Assert.Contains("magic", letter.Reason, StringComparison.Ordinal);

        // Redriven it stays and holds up no other, either.
        var wanted = Payment(await OrderAsync(shop, server), "s-3");
        await SendAsync(brokered, "payment.success", Payment(Guid.CreateVersion7(), "s-3"));
        await Until.TrueAsync("there is another", async () => await Heard.RowsAsync(server.Db, "dead_letters") == 2);
        await server.Db.WriteAsync(async tx =>
        {
            await tx.ExecuteAsync("UPDATE dead_letters SET payload = $1 WHERE reason LIKE 'there is no order%'",
                Brokered.Bytes(wanted.ToJsonString()));
            await tx.ExecuteAsync("UPDATE dead_letters SET redriven_at = $1", await tx.NowAsync());
        });
        await Until.TrueAsync("the other is done", async () => await DeadLetterStore.NewestAsync(server.Db, 9) is [{ Attempts: 4 } left]
            && left.Id == letter.Id);
        await MethodAsync(server, sick, "online");
        Assert.Equal(202, (await Shop.PostAsync(server.Admin, $"/dead-letters/{letter.Id}/redrive", null)).Status);
        await Until.TrueAsync("it is paid, too", async () => await StatusAsync(server, sick) == "confirmed/paid"
            && await Heard.RowsAsync(server.Db, "dead_letters") == 0);
    }

    private static Task MethodAsync(TestServer server, Guid order, string method) =>
        server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE orders SET payment_method = $2 WHERE id = $1", order, method));

    private static async Task<Guid> OrderAsync(Shop shop, TestServer server) =>
        (await shop.OrderAsync(server.Guest)).Body.GetProperty("id").GetGuid();

    private static async Task<Guid> ShippedAsync(Shop shop, TestServer server)
    {
        var order = await OrderAsync(shop, server);
        var bank = new JsonObject { ["provider"] = "bank", ["transactionId"] = "bank-1", ["amount"] = 1000, ["currency"] = "VND" };
        Assert.Equal(201, (await Shop.PostAsync(server.Admin, $"/orders/{order}/payments", bank)).Status);
        Assert.Equal(200, (await Shop.PostAsync(server.Admin, $"/orders/{order}/ship", null)).Status);
        return order;
    }

    private static Task SendAsync(Brokered brokered, string type, JsonObject body) =>
        brokered.SendAsync(Topics.Inbox, type, Brokered.Bytes(body.ToJsonString()));

    private static async Task<string> StatusAsync(TestServer server, Guid id) =>
        await server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{id}") is var o
        ? $"{o.GetProperty("status").GetString()}/{o.GetProperty("paymentStatus").GetString()}" : "";

    private static Task<List<string>> HistoryAsync(TestServer server, Guid id) =>
        server.Db.ReadAsync(s => s.QueryAsync("SELECT type FROM events WHERE subject = $1 ORDER BY sequence", r => r.Text(0), id));

    private static JsonObject Payment(Guid order, string transaction) =>
        new() { ["orderId"] = order, ["amount"] = 1000, ["currency"] = "VND", ["transactionId"] = transaction };

    private static JsonObject Cloud(string type, string id, string source, JsonObject data) =>
        new() { ["specversion"] = "1.0", ["id"] = id, ["source"] = source, ["type"] = type, ["data"] = data };
}

public sealed class Incoming_by_rabbitmq() : IncomingTests(Backend.Postgres, MessagingOptions.RabbitMq);

public sealed class Incoming_by_kafka() : IncomingTests(Backend.Sqlite, MessagingOptions.Kafka);
