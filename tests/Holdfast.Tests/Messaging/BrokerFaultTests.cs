using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Configuration;
using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Messaging;

/// <summary>
/// A broker that goes away, stands still or refuses, under load: no order fails for it, afterwards each event had its effect once and in
/// order, and a receiver that has nothing but the broker has every one.
/// </summary>
[Slow]
public abstract class BrokerFaultTests(FaultyBroker broker)
{
    private const int Outages = 10;

    [Fact]
    public Task Away_under_load_again_and_again() => UnderLoadAsync(async (brokered, placed) =>
    {
        await broker.SettleAsync(brokered);

        // The next comes when it has just begun to catch up.
        for (var i = 0; i < Outages; i++)
        {
            await broker.DownAsync();
            var before = placed();
            await Until.TrueAsync("orders are placed while it is away", () => placed() > before + 5);
            await broker.UpAsync();
        }
    });

    [Fact]
    public Task Stopped_and_continued()
    {
        if (broker is FaultyKafka kafka)
        {
            kafka.CanPause = true;
        }

        return UnderLoadAsync(async (brokered, placed) =>
        {
            broker.Pause();
            try
            {
                var before = placed();
                await Until.TrueAsync("health says that it is degraded", async () => await HealthAsync(brokered) == "degraded");
                await Until.TrueAsync("orders are placed all the same", () => placed() > before + 20);
            }
            finally
            {
                broker.Resume();
            }

            await Until.TrueAsync("it is well again", async () => await HealthAsync(brokered) == "healthy");
        });
    }

    [Fact]
    public async Task Health_says_so_when_there_is_nothing_to_publish_too()
    {
        if (broker is FaultyKafka kafka)
        {
            kafka.CanPause = true;
        }

        await using var brokered = await broker.StartAsync(Backend.Sqlite);
        var server = await brokered.ServeAsync(MessagingOptions.Outbox);

        // Who only answers requests does not look, and does not claim that all is well.
        await using var api = await TestServer.StartAsync(brokered.Database, ownsDatabase: false, settings: new Settings
        {
            Roles = Roles.Api,
            Messaging = new MessagingOptions { RabbitMqUrl = brokered.RabbitUrl, KafkaBrokers = brokered.KafkaBrokers },
        });
        await Until.TrueAsync("it is well", async () => await StateAsync(server.Guest) == "healthy"
            && server.Get<Holdfast.Platform.Messaging.Transports.TransportSet>().All[0].Failure is null);
        broker.Pause();
        try
        {
            await Until.TrueAsync("health says that it is degraded", async () => await StateAsync(server.Guest) == "degraded");
            Assert.Null(await StateAsync(api.Guest));
        }
        finally
        {
            broker.Resume();
        }

        await Until.TrueAsync("it is well again", async () => await StateAsync(server.Guest) == "healthy");
    }

    [Fact]
    public async Task What_the_broker_never_takes_is_a_dead_letter_and_holds_up_nothing_else()
    {
        await using var brokered = await broker.StartAsync(Backend.Sqlite);
        using var stranger = await broker.StrangerAsync(brokered);
        using var metered = new Metered();
        await broker.LimitAsync(600_000);
        var server = await brokered.ServeAsync(MessagingOptions.Outbox);
        var (db, large) = (server.Db, Guid.CreateVersion7());
        await db.WriteAsync(async tx =>
        {
            await Heard.AddAsync(tx, [.. Enumerable.Range(0, 40).Select(_ => (Guid.CreateVersion7(), 1)), (large, 1)]);
            await Heard.AddAsync(tx, [(large, 2)], 1_100_000);
            await Heard.AddAsync(tx, [(large, 3)]);
        });
        await Until.TrueAsync("it is a dead letter", async () => await Heard.RowsAsync(db, "dead_letters") == 1);
        var letter = (await DeadLetterStore.NewestAsync(db, 1))[0];
        Assert.Equal((broker.Way, large, 2, "test.happened"), (letter.Lane, letter.Subject!.Value, letter.Sequence!.Value, letter.Type!));

        // Redriven at once, while the lane still has what it was in before.
        for (var i = 0; i < 2; i++)
        {
            Assert.Null(await DeadLetterStore.RedriveAsync(db, letter.Id));
            await Until.TrueAsync("it is a dead letter again", async () => await Heard.RowsAsync(db, "dead_letters") == 1);
        }

        await Until.TrueAsync("nothing waits", async () => await Heard.RowsAsync(db, "deliveries") == 0);
        await stranger.HasHeardAsync(
            [.. (await db.ReadAsync(s =>
            s.QueryAsync("SELECT subject, sequence FROM events", r => new EventKey(r.Uuid(0), r.Int(1))))).Where(k =>
            k != new EventKey(large, 2))]);
        await Until.TrueAsync("both are counted",
            () => metered["holdfast.dead_letters", broker.Way] > 0 && metered["holdfast.events.published", broker.Way] >= 42);
        if (!await broker.LimitAsync(0))
        {
            return;
        }

        await Until.TrueAsync("it was taken after all", async () =>
        {
            foreach (var again in await DeadLetterStore.NewestAsync(db, 1))
            {
                await DeadLetterStore.RedriveAsync(db, again.Id);
            }

            return await Heard.RowsAsync(db, "deliveries") + await Heard.RowsAsync(db, "dead_letters") == 0;
        });
        await stranger.HasHeardAllAsync(db);
    }

    /// <summary>Orders are placed all the while; each must be answered with 201. Afterwards the auditor looks.</summary>
    private protected async Task UnderLoadAsync(Func<Brokered, Func<int>, Task> fault)
    {
        await using var brokered = await broker.StartAsync(Backend.Postgres);
        using var stranger = await broker.StrangerAsync(brokered);
        var server = await brokered.ServeAsync();
        var shop = await Shop.CreateAsync(server.Db, 1_000_000);
        var (placed, stop) = (0, false);
        var buyers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop))
            {
                var order = await shop.OrderAsync(server.Guest);
                Assert.Equal(201, order.Status);
                if (Interlocked.Increment(ref placed) % 3 == 0)
                {
                    Assert.Equal(200,
                        (await Shop.PostAsync(server.Admin, $"/orders/{order.Body.GetProperty("id").GetString()}/cancel", null)).Status);
                }

                // The load is not the point, and other tests run, too.
                await Task.Delay(30);
            }
        })).ToList();
        await Until.TrueAsync("events arrive", async () => (await Heard.CountAsync(server.Db)).Events > 50);
        try
        {
            await fault(brokered, () => Volatile.Read(ref placed));
        }
        finally
        {
            Volatile.Write(ref stop, true);
        }

        await Task.WhenAll(buyers);
        await brokered.AuditAsync(360);

        // Our consumers read from the database what a message fails to tell them; others cannot.
        await stranger.HasHeardAllAsync(server.Db, 240);
    }

    /// <summary>What a server says of the broker; null where it says nothing.</summary>
    private static async Task<string?> StateAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonElement>("/health")).GetProperty("dependencies").EnumerateArray()
        .Where(d => d.GetProperty("name").GetString() == "broker").Select(d => d.GetProperty("status").GetString()).SingleOrDefault();

    private protected static async Task<string?> HealthAsync(Brokered brokered)
    {
        using var answer = await brokered.First.Guest.GetAsync(new Uri("/health", UriKind.Relative));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString();
    }
}
