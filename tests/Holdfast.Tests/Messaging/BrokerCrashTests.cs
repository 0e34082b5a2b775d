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
        await using var proxy = new TcpProxy(rabbit.Port);
        var url = new Uri(await rabbit.HostAsync());
        await using var connection = await rabbit.ConnectAsync(url.ToString());
        await using var channel = await connection.CreateChannelAsync();
        await RabbitMqTopology.DeclareEventsAsync(channel, default);
        await channel.QueueDeclareAsync(Watching, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(Watching, Topics.Events, "#");
        var seams = new Seams(database, await Shop.CreateAsync(database.Db, 10_000), proxy, channel,
            new Dictionary<string, string> { ["CONSUMER_TRANSPORT"] = "rabbitmq", ["RABBITMQ_URL"] = new UriBuilder(url) { Port = proxy.Port }.Uri.ToString() });
        await seams.BeforePublishingAsync();
        await seams.BeforeMarkingAsync();
        await seams.BeforeAcknowledgingAsync();
        await using (var server = await seams.ServeAsync())
        {
            await HandledAsync(database.Db);
            await PlaceAsync(seams.Shop, server);
            await HandledAsync(database.Db);
            Assert.Equal(0, await server.TerminateAsync());
        }

        var ids = new HashSet<EventKey>();
        while (await channel.BasicGetAsync(Watching, autoAck: true) is { } message)
        {
            ids.Add(CloudEvent.Read(message.Body.Span).Key);
        }

        Assert.Equal(await Heard.RowsAsync(database.Db, "events"), ids.Count);
        await VerifyAsync(database.Db);
    }

    private sealed record Seams(TestDb Database, Shop Shop, TcpProxy Proxy, IChannel Channel, Dictionary<string, string> Environment)
    {
        private Db Db => Database.Db;

        public Task<ServerProcess> ServeAsync() => ServerProcess.StartAsync(Database.Url, Environment);

        /// <summary>Committed, not published: the broker cannot be reached.</summary>
        public async Task BeforePublishingAsync()
        {
            Proxy.Refuses = true;
            await using (var server = await ServeAsync())
            {
                await PlaceAsync(Shop, server);
                await Until.TrueAsync("the events lie in the broker's lane", async () => await Heard.RowsAsync(Db, "outbox") == 0 && await Heard.RowsAsync(Db, "deliveries") > 0, 60);
                await server.KillAsync();
            }

            Assert.Equal(0U, await Channel.MessageCountAsync(Watching));
            Proxy.Refuses = false;
        }

        /// <summary>Published, not marked: the confirmation does not come back.</summary>
        public async Task BeforeMarkingAsync()
        {
            uint published;
            await using (var server = await ServeAsync())
            {
                await HandledAsync(Db);
                published = await Channel.MessageCountAsync(Watching);
                Assert.True(published >= Orders);
                Proxy.HoldsToClient = true;
                await PlaceAsync(Shop, server);

                // Not all: after a few unconfirmed batches the next waits.
                await Until.TrueAsync("the broker has events", async () => await Channel.MessageCountAsync(Watching) > published, 60);
                Assert.True(await Heard.RowsAsync(Db, "deliveries") > 0);
                await server.KillAsync();
            }

            Proxy.HoldsToClient = false;
        }

        /// <summary>Effect committed, not acknowledged: messages reach the consumers, and nothing goes back. Our own publishing is held up, too, so the test publishes.</summary>
        public async Task BeforeAcknowledgingAsync()
        {
            await using (var server = await ServeAsync())
            {
                await HandledAsync(Db);
                Assert.True(await Channel.MessageCountAsync(Watching) > await Heard.RowsAsync(Db, "events"));
                Proxy.HoldsToServer = true;
                await PlaceAsync(Shop, server);
                await Until.TrueAsync("the events lie in the broker's lane", async () => await Heard.RowsAsync(Db, "outbox") == 0, 60);
                var unheard = await Db.ReadAsync(s => s.QueryAsync("SELECT id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM inbox i WHERE i.consumer = 'daily-statistics' AND i.subject = o.id)", r => r.Uuid(0)));
                Assert.Equal(Orders, unheard.Count);
                foreach (var e in await Db.ReadAsync(s => EventRows.LoadRangesAsync(s, [.. unheard.Select(id => (id, 1, 10))])))
                {
                    await Channel.BasicPublishAsync(Topics.Events, e.Type, CloudEvent.Write(e));
                }

                await Until.TrueAsync("the effect has committed", async () => await LaggingAsync(Db) == 0, 60);
                await server.KillAsync();
            }

            Proxy.HoldsToServer = false;
        }
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
    public async Task Paused_over_its_work_it_is_overtaken_and_repeats_nothing_when_it_goes_on()
    {
        var rabbit = await RabbitServer.SharedAsync();
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        var (db, shop) = (database.Db, await Shop.CreateAsync(database.Db, 10_000));
        var environment = new Dictionary<string, string> { ["CONSUMER_TRANSPORT"] = "rabbitmq", ["RABBITMQ_URL"] = await rabbit.HostAsync() };
        await using var first = await ServerProcess.StartAsync(database.Url, environment);
        await using var second = await ServerProcess.StartAsync(database.Url, environment);

        // With leased chunks, open transactions and unacknowledged messages, as it happens to have them.
        var placing = Task.WhenAll(PlaceAsync(shop, second), PlaceAsync(shop, second), PlaceAsync(shop, second));
        await Until.TrueAsync("events are under way", async () => await Heard.RowsAsync(db, "inbox") > 0, 60);
        first.Pause();
        await placing;
        await HandledAsync(db);
        first.Resume();
        await PlaceAsync(shop, first);
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
