using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Transports;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using static Holdfast.Tests.Inventory.Answers;

namespace Holdfast.Tests.Messaging;

/// <summary>
/// What every transport owes its consumers: each event once in effect and in order per subject, whatever is restarted, repeated or spoilt.
/// </summary>
public abstract class TransportTests(Backend backend, string way)
{
    private protected Backend Backend => backend;

    private protected string Way => way;

    private const int Orders = 40;

    [Fact]
    public async Task Each_event_has_its_effect_once_and_in_order_over_restarts_and_changes_of_the_way()
    {
        await using var brokered = await Brokered.StartAsync(Backend, Way);
        var shop = await Shop.CreateAsync(brokered.Database.Db, 10_000);
        foreach (var by in new[] { MessagingOptions.Outbox, way, way, MessagingOptions.Outbox })
        {
            // Two servers, of which one ends in the middle of the work.
            var (first, second) = (await brokered.ServeAsync(by), await brokered.ServeAsync(by));
            var work = WorkAsync(shop, second, Orders);
            await WorkAsync(shop, first, Orders);
            await brokered.StopAsync(first);
            await work;
            if (by != way || way == MessagingOptions.Outbox)
            {
                await brokered.AuditAsync();
            }

            await brokered.StopAsync(second);
        }
    }

    [Fact]
    public async Task A_poisonous_event_lies_in_the_dead_letters_and_the_later_ones_of_its_order_waited_for_that()
    {
        await using var brokered = await Brokered.StartAsync(Backend, Way);
        var server = await brokered.ServeAsync();
        var shop = await Shop.CreateAsync(brokered.Database.Db, 10_000);
        brokered.Heard.Fails = e => e.Type == "order.created" && JsonDocument.Parse(e.Data).RootElement.GetProperty("lines")[0]
            .GetProperty("quantity").GetInt64() == 7;
        var sick = (await shop.OrderAsync(server.Guest, shop.Body((0, 7)))).Body.GetProperty("id").GetGuid();
        await Shop.PostAsync(server.Admin, $"/orders/{sick}/cancel", null);
        await WorkAsync(shop, server, 10);
        await Until.TrueAsync("there is a dead letter", async () => await Heard.RowsAsync(server.Db, "dead_letters") == 1);
        await Until.TrueAsync("the later event came after it", async () => (await Heard.OfAsync(server.Db, sick)).SequenceEqual([2]));
        brokered.Heard.Fails = _ => false;
        var letter = (await server.Admin.GetFromJsonAsync<JsonElement>("/api/v1/dead-letters")).GetProperty("items")[0];
        Assert.Equal((sick, 1), (letter.GetProperty("subject").GetGuid(), letter.GetProperty("sequence").GetInt32()));
        Assert.Equal(202,
            (await Shop.PostAsync(server.Admin, $"/dead-letters/{letter.GetProperty("id").GetString()}/redrive", null)).Status);
        await Until.TrueAsync("it was handled", async () => (await Heard.OfAsync(server.Db, sick)).SequenceEqual([2, 1]));
        await server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE heard SET after = sequence WHERE subject = $1", sick));
        await brokered.AuditAsync();
    }

    /// <summary>Places orders, pays for some, cancels others.</summary>
    private static Task WorkAsync(Shop shop, TestServer server, int orders) => Task.WhenAll(Enumerable.Range(0, orders).Select(async i =>
    {
        var order = await shop.OrderAsync(server.Guest);
        Assert.Equal(201, order.Status);
        var id = order.Body.GetProperty("id").GetString();
        if (i % 2 == 0)
        {
            Assert.Equal(200, (await Shop.PostAsync(server.Admin, $"/orders/{id}/cancel", null)).Status);
        }
        else if (i % 3 == 0)
        {
            var paid = await Shop.PostAsync(server.Admin, $"/orders/{id}/payments",
                new System.Text.Json.Nodes.JsonObject
                {
                    ["provider"] = "bank",
                    ["transactionId"] = id,
                    ["amount"] = order.Body.GetProperty("total").GetInt64(),
                    ["currency"] = "VND"
                });
            Assert.Equal(201, paid.Status);
        }
    }));
}

/// <summary>And what those owe that go through a broker.</summary>
[Slow]
public abstract class BrokerTests(Backend backend, string way) : TransportTests(backend, way)
{
    [Fact]
    public async Task Messages_may_be_repeated_shuffled_spoilt_and_invented()
    {
        await using var brokered = await Brokered.StartAsync(Backend, Way);
        var server = await brokered.ServeAsync();
        var db = server.Db;
        var subjects = await Heard.WriteAsync(db, 5, 6);
        await brokered.AuditAsync();

        // Told again, the later ones first; and an event whose first message is lost.
        var told = await db.ReadAsync(s => EventTable.LoadRangesAsync(s, [.. subjects.Select(id => (id, 1, 6))]));
        await brokered.SendAsync(Topics.Events, "test.happened", [.. told.OrderByDescending(e => e.Sequence).Select(CloudEvent.Write)]);
        var quiet = Guid.CreateVersion7();
        await db.WriteAsync(tx => Heard.AddAsync(tx, [(quiet, 1), (quiet, 2), (quiet, 3)]));
        await brokered.AuditAsync();
        Assert.Equal(0, await Heard.RowsAsync(db, "dead_letters"));

        var (good, late) = (CloudEvent.Write(told[0]), await QuietAsync(db));
        var text = Encoding.UTF8.GetString(good);
        byte[][] bad =
        [
            good[..(good.Length / 2)],
            Brokered.Bytes("not JSON at all"),
            Brokered.Bytes(text.Replace("\"specversion\":\"1.0\"", "\"specversion\":\"2.0\"", StringComparison.Ordinal)),
            Brokered.Bytes(text.Replace(told[0].Subject.ToString(), Guid.CreateVersion7().ToString(), StringComparison.Ordinal)),
            Brokered.Bytes(text.Replace("\"sequence\":1,", "\"sequence\":1000000,", StringComparison.Ordinal)),
            // No Unicode: half of a surrogate pair, and a byte that is no UTF-8. An event that is there, under another type.
            Brokered.Bytes(text.Replace("\"type\":\"test.happened\"", "\"type\":\"\\ud800\"", StringComparison.Ordinal)),
            [.. Brokered.Bytes("{\"specversion\":\"1.0\",\"type\":\""), 0xFF, .. Brokered.Bytes("\"}")],
            Brokered.Bytes(Encoding.UTF8.GetString(CloudEvent.Write(late))
                .Replace("test.happened", "test.invented", StringComparison.Ordinal)),
        ];
        foreach (var _ in Enumerable.Range(0, 2))
        {
            // A good one is sent with them, and handled.
            var with = await QuietAsync(db);
            await brokered.SendAsync(Topics.Events, "order.exploded", [.. bad, CloudEvent.Write(with)]);
            await Until.TrueAsync("the good one was handled", async () => (await Heard.OfAsync(db, with.Subject)).Count == 1);
        }

        // Each consumer of the server has its own; each spoilt message is one dead letter however often it was sent.
        await Until.TrueAsync("the spoilt ones are dead letters",
            async () => (await DeadLetterStore.NewestAsync(db, 100)).Count(l => l.Lane == "heard") == bad.Length);
        Assert.Equal(bad.Select(Convert.ToHexString).Order(), (await DeadLetterStore.NewestAsync(db, 100)).Where(l => l.Lane == "heard")
            .Select(l => Convert.ToHexString(l.Payload)).Order());
        Assert.Contains(await DeadLetterStore.NewestAsync(db, 100), l => l.Reason == "this event is test.happened, not test.invented");
        Assert.Equal("not_redrivable", (await DeadLetterStore.RedriveAsync(db, (await DeadLetterStore.NewestAsync(db, 1))[0].Id))!.Code);

        // Of what is larger than a request may be, the beginning is kept.
        await brokered.SendAsync(Topics.Events, "order.exploded", Brokered.Bytes(new string('x', ReceivedMessage.MaxBytes + 1)));
        await Until.TrueAsync("it is a dead letter", async () => (await DeadLetterStore.NewestAsync(db, 100)).Count(l => l.Lane == "heard")
            == bad.Length + 1);
        Assert.Equal(ReceivedMessage.KeptBytes,
            await db.ReadAsync(s => s.FirstAsync("SELECT MAX(length(payload)) FROM dead_letters", r => r.Int(0))));
        Assert.Equal(16384, (await DeadLetterStore.NewestAsync(db, 100)).Max(l => l.Payload.Length));

        // And goes on.
        await Heard.WriteAsync(db, 5, 6);
        await db.WriteAsync(tx => tx.ExecuteAsync("DELETE FROM dead_letters"));
        await brokered.AuditAsync();
    }

    [Fact]
    public async Task Of_an_order_that_was_erased_nothing_is_left_and_nothing_comes_back()
    {
        await using var brokered = await Brokered.StartAsync(Backend, Way);
        var server = await brokered.ServeAsync();
        var (db, shop) = (server.Db, await Shop.CreateAsync(server.Db, 10));
        var order = (await shop.OrderAsync(server.Guest)).Body.GetProperty("id").GetGuid();
        await Shop.PostAsync(server.Admin, $"/orders/{order}/cancel", null);
        await brokered.AuditAsync();
        var told = (await db.ReadAsync(s => EventTable.LoadRangesAsync(s, [(order, 1, 2)]))).ConvertAll(CloudEvent.Write);
        var kept = Guid.CreateVersion7();
        await db.WriteAsync(async tx =>
        {
            var (batch, now) = (tx.Batch(), await tx.NowAsync());
            DeadLetterStore.Add(batch, new DeadLetter(Guid.CreateVersion7(), "heard", order, 1, "order.created", "no", told[0], 3, now));
            DeadLetterStore.Add(batch,
                new DeadLetter(Guid.CreateVersion7(), DeadLetterStore.Inbox, null, null, "payment.success", "no",
                Brokered.Bytes($"{{\"orderId\":\"{order.ToString().ToUpperInvariant()}\"}}"), 1, now));
            DeadLetterStore.Add(batch,
                new DeadLetter(kept, DeadLetterStore.Inbox, null, null, "payment.success", "no",
                Brokered.Bytes($"{{\"orderId\":\"{kept}\"}}"),
                1, now));
            // As if the broker still had them for one of its consumers.
            batch.Execute("DELETE FROM inbox WHERE subject = $1 AND consumer = 'heard'", order);
            await batch.RunAsync();
        });

        // Until the statistics have counted it, they would go wrong by taking it out.
        var uncounted = new DeadLetter(Guid.CreateVersion7(), "daily-statistics", order, 1, "order.created", "no", told[0], 3,
            DateTime.UnixEpoch);
        await db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            DeadLetterStore.Add(batch, uncounted);
            await batch.RunAsync();
        });
        await server.Admin.DeleteAsync($"/api/v1/orders/{order}?hard=true").ShouldBeAsync(503, "busy");
        Assert.Null(await DeadLetterStore.DropAsync(db, uncounted.Id));
        await Until.TrueAsync("it is erased",
            async () => (int)(await server.Admin.DeleteAsync($"/api/v1/orders/{order}?hard=true")).StatusCode == 204);
        Assert.Equal([kept], (await DeadLetterStore.NewestAsync(db, 9)).Select(l => l.Id));

        // The broker sends again what it has.
        var last = await QuietAsync(db);
        await brokered.SendAsync(Topics.Events, "order.created", [.. told, CloudEvent.Write(last)]);
        await Until.TrueAsync("all consumers have got past it",
            async () => await db.ReadAsync(s =>
            s.FirstAsync(
            "SELECT COUNT(*) - (SELECT COUNT(*) FROM lanes WHERE transport = $2 AND name <> transport) FROM inbox WHERE subject = $1",
            r => r.Long(0), last.Subject, Way)) == 0);
        Assert.Equal([kept], (await DeadLetterStore.NewestAsync(db, 9)).Select(l => l.Id));
    }

    /// <summary>An event of a new subject that nobody publishes but the test.</summary>
    private static async Task<Event> QuietAsync(Db db)
    {
        var id = Guid.CreateVersion7();
        await db.WriteAsync(async tx =>
        {
            await Heard.AddAsync(tx, [(id, 1)]);
            await tx.ExecuteAsync("DELETE FROM outbox WHERE subject = $1", id);
        });
        return (await db.ReadAsync(s => EventTable.LoadRangesAsync(s, [(id, 1, 1)])))[0];
    }
}

public sealed class Transport_outbox_on_sqlite() : TransportTests(Backend.Sqlite, MessagingOptions.Outbox);

public sealed class Transport_outbox_on_postgresql() : TransportTests(Backend.Postgres, MessagingOptions.Outbox);

public sealed class Transport_rabbitmq_on_sqlite() : BrokerTests(Backend.Sqlite, MessagingOptions.RabbitMq);

public sealed class Transport_rabbitmq_on_postgresql() : BrokerTests(Backend.Postgres, MessagingOptions.RabbitMq);

public sealed class Transport_kafka_on_sqlite() : BrokerTests(Backend.Sqlite, MessagingOptions.Kafka);

public sealed class Transport_kafka_on_postgresql() : BrokerTests(Backend.Postgres, MessagingOptions.Kafka);
