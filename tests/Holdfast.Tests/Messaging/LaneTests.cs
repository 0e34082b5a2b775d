using Holdfast.Platform.Messaging;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Platform.Messaging.Outbox;
using Holdfast.Platform.Telemetry;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Messaging;

/// <summary>Who gets events is written in the database, and does not depend on which process hands them on.</summary>
public abstract class LaneTests(TestDatabase database)
{
    private static readonly MessagingOptions WithBroker = new() { RabbitMqUrl = "amqp://127.0.0.1:1" };

    [Fact]
    public async Task A_broker_gets_its_events_from_relays_that_do_not_know_its_address_until_it_is_dropped()
    {
        var db = database.Db;
        await Heard.ResetAsync(db);
        using var without = Relay(new MessagingOptions());
        using var with = Relay(WithBroker);
        await Heard.WriteAsync(db, 1, 1);
        await without.RunOnceAsync();
        Assert.Equal(0, await Heard.RowsAsync(db, "deliveries"));
        for (var i = 0; i < 2; i++)
        {
            await with.StartAsync(default);
            await with.StopAsync(default);
        }

        await Heard.WriteAsync(db, 2, 3);
        await without.RunOnceAsync();
        var lane = Assert.Single(await DeliveryQueueStore.AllAsync(db));
        Assert.Equal(("rabbitmq", "rabbitmq", 6), (lane.Name, lane.Transport, lane.Events));
        Assert.NotNull(lane.Since);

        Assert.Equal(404, (await DeliveryQueueStore.DropAsync(db, "heard"))!.Status);
        Assert.Null(await DeliveryQueueStore.DropAsync(db, "rabbitmq"));
        Assert.Equal(404, (await DeliveryQueueStore.DropAsync(db, "rabbitmq"))!.Status);
        await Heard.WriteAsync(db, 2, 3);
        await without.RunOnceAsync();
        Assert.Equal((0, 0), (await Heard.RowsAsync(db, "deliveries"), await Heard.RowsAsync(db, "outbox")));
    }

    [Fact]
    public async Task A_lane_that_nobody_empties_is_said_once_and_shown_by_health()
    {
        var db = database.Db;
        await Heard.ResetAsync(db);
        using var log = new TestLog();
        using var factory = LoggerFactory.Create(l => l.AddProvider(log));
        using var watch = new DeliveryQueueWatch(db, factory.CreateLogger<DeliveryQueueWatch>());
        using var relay = new Relay(db, new RelaySignal(), [new Heard()], NullLogger<Relay>.Instance,
            new MessagingOptions { Consumers = new HashSet<string>() });
        await Heard.WriteAsync(db, 1, 1);
        await relay.RunOnceAsync();
        Assert.Equal(0, await watch.SweepOnceAsync());
        Assert.Empty(watch.Dependencies);

        await db.WriteAsync(async tx =>
            await tx.ExecuteAsync("UPDATE deliveries SET created_at = $1",
            await tx.NowAsync() - DeliveryQueueWatch.Patience - TimeSpan.FromSeconds(1)));
        Assert.Equal(1, await watch.SweepOnceAsync());
        Assert.Equal(1, await watch.SweepOnceAsync());
        Assert.Equal(new Dependency("lane", "heard", HealthStatus.Degraded, null), Assert.Single(watch.Dependencies));
        Assert.Contains("lane of heard is behind", Assert.Single(log.Lines), StringComparison.Ordinal);

        await db.WriteAsync(tx => tx.ExecuteAsync("DELETE FROM deliveries"));
        Assert.Equal(0, await watch.SweepOnceAsync());
        Assert.Empty(watch.Dependencies);

        // As when a broker has lost what it had, and that is not caught up with.
        await db.WriteAsync(async tx => await tx.ExecuteAsync("UPDATE lanes SET behind_since = $1", await tx.NowAsync()));
        Assert.Equal(0, await watch.SweepOnceAsync());
        await db.WriteAsync(async tx =>
            await tx.ExecuteAsync("UPDATE lanes SET behind_since = $1",
            await tx.NowAsync() - DeliveryQueueWatch.Patience - TimeSpan.FromSeconds(1)));
        Assert.Equal(1, await watch.SweepOnceAsync());
        Assert.Equal("heard", Assert.Single(watch.Dependencies).Kind);
        Assert.NotNull(Assert.Single(await DeliveryQueueStore.AllAsync(db)).BehindSince);
    }

    private Relay Relay(MessagingOptions options) => new(database.Db, new RelaySignal(), [], NullLogger<Relay>.Instance, options);
}

public sealed class Lanes_on_sqlite(SqliteDatabase database) : LaneTests(database), IClassFixture<SqliteDatabase>;

public sealed class Lanes_on_postgresql(PostgresDatabase database) : LaneTests(database), IClassFixture<PostgresDatabase>;

/// <summary>The same with brokers and whole servers.</summary>
[Slow]
public sealed class Lanes_of_brokers
{
    [Fact]
    public async Task A_worker_without_the_address_hands_on_all_the_same()
    {
        await using var brokered = await Brokered.StartAsync(Backend.Postgres, MessagingOptions.RabbitMq);
        using var stranger = await Stranger.OnRabbitAsync(brokered.RabbitUrl!);
        var (with, without) = (await brokered.ServeAsync(MessagingOptions.Outbox),
            await brokered.ServeAsync(MessagingOptions.Outbox, o => o with { RabbitMqUrl = null }));
        var shop = await Shop.CreateAsync(with.Db, 1000);
        await PlaceAsync(shop, with, without);

        // Alone, it is the one that hands on.
        await brokered.StopAsync(with);
        await PlaceAsync(shop, without);
        await Until.TrueAsync("it has handed all on", async () => await Heard.RowsAsync(without.Db, "outbox") == 0);
        var (_, output) = await ServerProcess.RunAsync(["lanes", "list"], brokered.Database.Url);
        Assert.Contains("rabbitmq: ", output, StringComparison.Ordinal);
        Assert.Contains("heard by outbox: nothing waits", output, StringComparison.Ordinal);
        await PlaceAsync(shop, without, await brokered.ServeAsync(MessagingOptions.Outbox));
        await stranger.HasHeardAllAsync(without.Db);
        await brokered.AuditAsync();
    }

    [Fact]
    public async Task With_both_brokers_set_both_are_fed()
    {
        // Kafka's, and RabbitMQ's besides.
        await using var brokered = await Brokered.StartAsync(Backend.Sqlite, MessagingOptions.Kafka,
            await (await RabbitServer.SharedAsync()).HostAsync());
        using var one = await Stranger.OnRabbitAsync(brokered.RabbitUrl!);
        using var other = Stranger.OnKafka(brokered.KafkaBrokers!);
        var server = await brokered.ServeAsync();
        await PlaceAsync(await Shop.CreateAsync(server.Db, 1000), server);
        await one.HasHeardAllAsync(server.Db);
        await other.HasHeardAllAsync(server.Db);
        await brokered.AuditAsync();
    }

    private static Task PlaceAsync(Shop shop, params TestServer[] servers) =>
        Task.WhenAll(servers.SelectMany(server => Enumerable.Range(0, 10).Select(async _ =>
        Assert.Equal(201, (await shop.OrderAsync(server.Guest)).Status))));
}
