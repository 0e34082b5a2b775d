using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.Transports;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Messaging;

/// <summary>What is true of every broker, and what RabbitMQ gives back of messages that nobody lives to acknowledge.</summary>
[Slow]
public sealed class Crashes_with_rabbitmq : BrokerCrashTests
{
    private const int Returns = 50;

    private protected override async Task<Wire> WireAsync() => await RabbitWire.StartAsync();

    [Fact]
    public async Task What_no_process_lives_to_acknowledge_is_a_dead_letter_and_can_be_redriven()
    {
        await using var wire = await RabbitWire.StartAsync();
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        var (db, shop) = (database.Db, await Shop.CreateAsync(database.Db, 10_000));
        await using (var server = await ServerProcess.StartAsync(database.Url, wire.Environment))
        {
            await PlaceAsync(shop, server);
            await HandledAsync(db);
            Assert.Equal(0, await server.TerminateAsync());
        }

        await using (var server = await ServerProcess.StartAsync(database.Url, wire.Environment, null, "--consumers", "notifications"))
        {
            await PlaceAsync(shop, server);
            await Until.TrueAsync("all has been published", async () => await Heard.RowsAsync(db, "outbox")
                + await Heard.RowsAsync(db, "deliveries") == 0);
            Assert.Equal(0, await server.TerminateAsync());
        }

        var paid = await db.ReadAsync(s => s.FirstAsync("SELECT id FROM orders", r => r.Uuid(0)));
        await wire.PublishAsync(Topics.Inbox, "payment.success",
            Brokered.Bytes($$"""{"orderId":"{{paid}}","amount":1000,"currency":"VND","transactionId":"t-1"}"""));
        await wire.GiveBackAsync($"{Topics.Events}.daily-statistics", Orders, Returns);
        await wire.GiveBackAsync(Topics.Inbox, 1, Returns);
        await using (var server = await ServerProcess.StartAsync(database.Url, wire.Environment))
        {
            await Until.TrueAsync("each is a dead letter", async () => await Heard.RowsAsync(db, "dead_letters") == Orders + 1);
            var letters = await DeadLetterStore.NewestAsync(db, 100);
            Assert.All(letters, l => Assert.StartsWith($"it was given out {Returns} times", l.Reason, StringComparison.Ordinal));
            Assert.Equal((Orders, 1),
                (letters.Count(l => l.Lane == "daily-statistics"), letters.Count(l => l.Lane == DeadLetterStore.Inbox)));
            Assert.Equal(Orders, await db.ReadAsync(s => s.FirstAsync("SELECT SUM(orders) FROM order_statistics", r => r.Long(0))));
            await HandledAsync(db);
            foreach (var letter in letters)
            {
                Assert.Null(await DeadLetterStore.RedriveAsync(db, letter.Id));
            }

            await Until.TrueAsync("all has been done after all", async () => await Heard.RowsAsync(db, "dead_letters") == 0
                && await db.ReadAsync(s => s.FirstAsync("SELECT payment_status FROM orders WHERE id = $1", r => r.Text(0), paid))
                == "paid");
            await HandledAsync(db);
            Assert.Equal(0, await server.TerminateAsync());
        }

        await VerifyAsync(db);
    }
}
