using System.Net.Http.Json;
using Holdfast.Commands;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using RabbitMQ.Client;

namespace Holdfast.Tests.Messaging;

/// <summary>The server is killed at the seams of handing on, and its database goes away, with the consumers fed by RabbitMQ.</summary>
public sealed class BrokerCrashTests
{
    private const string Watching = "watching";
    private const int Orders = 20;

    [Fact]
    public async Task Killed_between_commit_and_publish_and_mark_and_between_effect_and_acknowledgement()
    {
        var rabbit = await RabbitServer.SharedAsync();
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        await using var proxy = StallingProxy.Before(rabbit.Port);
        var url = new Uri(await rabbit.HostAsync());
        var (db, shop) = (database.Db, await Shop.CreateAsync(database.Db, 10_000));
        var environment = new Dictionary<string, string> { ["CONSUMER_TRANSPORT"] = "rabbitmq", ["RABBITMQ_URL"] = new UriBuilder(url) { Port = proxy.Port }.Uri.ToString() };
        await using var connection = await rabbit.ConnectAsync(url.ToString());
        await using var channel = await connection.CreateChannelAsync();
        await RabbitMqTopology.DeclareEventsAsync(channel, default);
        await channel.QueueDeclareAsync(Watching, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(Watching, Topics.Events, "#");

        // Committed, not published: the broker cannot be reached.
        proxy.Refuses = true;
        await using (var server = await ServerProcess.StartAsync(database.Url, environment))
        {
            await PlaceAsync(shop, server);
            await Until.TrueAsync("the events lie in the broker's lane", async () => await Heard.RowsAsync(db, "outbox") == 0 && await Heard.RowsAsync(db, "deliveries") > 0, 60);
            await server.KillAsync();
        }

        Assert.Equal(0U, await channel.MessageCountAsync(Watching));
        proxy.Refuses = false;
        await using (var server = await ServerProcess.StartAsync(database.Url, environment))
        {
            await HandledAsync(db);

            // Published, not marked: the confirmation does not come back.
            var before = await channel.MessageCountAsync(Watching);
            Assert.True(before >= Orders);
            proxy.HoldsToClient = true;
            await PlaceAsync(shop, server);
            // Not all: after a few unconfirmed batches the next waits.
            await Until.TrueAsync("the broker has events", async () => await channel.MessageCountAsync(Watching) > before, 60);
            Assert.True(await Heard.RowsAsync(db, "deliveries") > 0);
            await server.KillAsync();
        }

        var published = await channel.MessageCountAsync(Watching);
        proxy.HoldsToClient = false;
        await using (var server = await ServerProcess.StartAsync(database.Url, environment))
        {
            await HandledAsync(db);
            Assert.True(await channel.MessageCountAsync(Watching) > published);

            // Effect committed, not acknowledged: messages reach the consumers, and nothing goes back. Our own publishing is held up, too, so the test publishes.
            proxy.HoldsToServer = true;
            await PlaceAsync(shop, server);
            await Until.TrueAsync("the events lie in the broker's lane", async () => await Heard.RowsAsync(db, "outbox") == 0, 60);
            var lagging = await db.ReadAsync(s => s.QueryAsync("SELECT id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM inbox i WHERE i.consumer = 'daily-statistics' AND i.subject = o.id)", r => r.Uuid(0)));
            Assert.Equal(Orders, lagging.Count);
            foreach (var e in await db.ReadAsync(s => EventRows.LoadRangesAsync(s, [.. lagging.Select(id => (id, 1, 10))])))
            {
                await channel.BasicPublishAsync(Topics.Events, e.Type, CloudEvent.Write(e));
            }

            await Until.TrueAsync("the effect has committed", async () => await LaggingAsync(db) == 0, 60);
            await server.KillAsync();
        }

        proxy.HoldsToServer = false;
        await using (var server = await ServerProcess.StartAsync(database.Url, environment))
        {
            await HandledAsync(db);
            await PlaceAsync(shop, server);
            await HandledAsync(db);
            Assert.Equal(0, await server.TerminateAsync());
        }

        var ids = new HashSet<EventKey>();
        while (await channel.BasicGetAsync(Watching, autoAck: true) is { } message)
        {
            ids.Add(CloudEvent.Read(message.Body.Span).Key);
        }

        Assert.Equal(await Heard.RowsAsync(db, "events"), ids.Count);
        await VerifyAsync(db);
    }

    [Fact]
    public async Task Killed_again_and_again_while_kafka_feeds_the_consumers()
    {
        // Only the server: the broker of these tests keeps nothing over a kill of its own.
        await using var kafka = await KafkaServer.StartAsync();
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        var (db, shop) = (database.Db, await Shop.CreateAsync(database.Db, 10_000));
        var environment = new Dictionary<string, string> { ["CONSUMER_TRANSPORT"] = "kafka", ["KAFKA_BROKERS"] = kafka.Brokers };
        for (var i = 0; i < 2; i++)
        {
            await using var killed = await ServerProcess.StartAsync(database.Url, environment);
            await PlaceAsync(shop, killed);
            await killed.KillAsync();
        }

        await using var server = await ServerProcess.StartAsync(database.Url, environment);
        await PlaceAsync(shop, server);
        await HandledAsync(db);
        await VerifyAsync(db);
    }

    [Fact]
    public async Task A_database_that_goes_away_for_seconds_repeats_and_loses_nothing()
    {
        var rabbit = await RabbitServer.SharedAsync();
        await using var postgres = await PostgresServer.StartAsync();
        await postgres.ExecuteAsync("CREATE DATABASE shop");
        await using var db = Db.Open(postgres.Url("shop"));
        await Migrations.ApplyAsync(db, Server.Modules);
        var shop = await Shop.CreateAsync(db, 10_000);
        var environment = new Dictionary<string, string> { ["CONSUMER_TRANSPORT"] = "rabbitmq", ["RABBITMQ_URL"] = await rabbit.HostAsync() };
        await using var server = await ServerProcess.StartAsync(postgres.Url("shop"), environment);
        for (var i = 0; i < 2; i++)
        {
            // What was just placed is on its way when the database goes.
            await PlaceAsync(shop, server);
            await postgres.StopAsync(i == 0 ? Shell.SigInt : Shell.SigQuit);
            await Task.Delay(TimeSpan.FromSeconds(5));
            await postgres.StartServerAsync();
            await server.ReadyAsync();
        }

        await HandledAsync(db);
        await VerifyAsync(db);
    }

    private static Task PlaceAsync(Shop shop, ServerProcess server) => Task.WhenAll(Enumerable.Range(0, Orders).Select(async _ =>
        Assert.Equal(201, (await shop.OrderAsync(server.Client)).Status)));

    private static Task HandledAsync(Db db) => Until.TrueAsync("everything has been handled", async () =>
        await Heard.RowsAsync(db, "outbox") + await Heard.RowsAsync(db, "deliveries") + await LaggingAsync(db) == 0, 90);

    private static Task<long> LaggingAsync(Db db) => db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM orders o LEFT JOIN inbox i ON i.consumer = 'daily-statistics' AND i.subject = o.id "
        + "WHERE COALESCE(i.sequence, 0) < o.event_sequence", r => r.Long(0)));

    /// <summary>The statistics count each order once: they would not, had one event had its effect twice, or never.</summary>
    private static async Task VerifyAsync(Db db)
    {
        Assert.Equal(0, await Heard.RowsAsync(db, "dead_letters"));
        using var output = new StringWriter();
        Assert.True(await Verify.RunAsync(db, withRepairs: false, output) == 0, output.ToString());
        Assert.Equal(await Heard.RowsAsync(db, "orders"), await db.ReadAsync(s => s.FirstAsync("SELECT SUM(orders) FROM order_statistics", r => r.Long(0))));
    }
}
