using Holdfast.Commands;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Messaging;

/// <summary>The server is killed at the seams of handing on, and its database goes away, with the consumers fed by a broker.</summary>
[Slow]
public abstract class BrokerCrashTests
{
    private protected const int Orders = 20;

    private protected abstract Task<Wire> WireAsync();

    [Fact]
    public async Task Killed_between_commit_and_publish_and_mark_and_between_effect_and_acknowledgement()
    {
        await using var wire = await WireAsync();
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        var seams = new Seams(database, await Shop.CreateAsync(database.Db, 10_000), wire);
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

        await wire.Stranger.HasHeardAllAsync(database.Db);
        await VerifyAsync(database.Db);
    }

    private sealed record Seams(TestDb Database, Shop Shop, Wire Wire)
    {
        private Db Db => Database.Db;

        public Task<ServerProcess> ServeAsync(params string[] args) => ServerProcess.StartAsync(Database.Url, Wire.Environment, null, args);

        /// <summary>Committed, not published: the broker cannot be reached.</summary>
        public async Task BeforePublishingAsync()
        {
            await Wire.RefuseAsync();
            await using (var server = await ServeAsync())
            {
                await PlaceAsync(Shop, server);
                await Until.TrueAsync("the events lie in the broker's lane", async () => await Heard.RowsAsync(Db, "outbox") == 0
                    && await Heard.RowsAsync(Db, "deliveries") > 0);
                await server.KillAsync();
            }

            Assert.Equal(0, await Wire.Stranger.CountAsync());
            await Wire.ReleaseAsync();
        }

        /// <summary>Published, not marked: the confirmation does not come back.</summary>
        public async Task BeforeMarkingAsync()
        {
            for (int before = 0, after = 0; after <= before;)
            {
                await using var server = await ServeAsync();
                await HandledAsync(Db);
                await Wire.Stranger.HasHeardAllAsync(Db);
                before = await Wire.Stranger.CountAsync();
                await Wire.HoldConfirmationsAsync();
                await PlaceAsync(Shop, server);
                await Until.TrueAsync("events are on their way", async () => await Heard.RowsAsync(Db, "outbox") == 0
                    && await Db.ReadAsync(async s =>
                    await s.FirstAsync("SELECT 1 FROM deliveries WHERE next_attempt_at > $1 LIMIT 1", r => 1, await s.NowAsync())) == 1);
                await Wire.PublishedAsync(before);
                await server.KillAsync();
                Assert.True(await Heard.RowsAsync(Db, "deliveries") > 0);
                await Wire.ReleaseAsync();

                // Who was killed too early had not published yet: it is tried again.
                after = await Wire.SeenAsync(before);
            }
        }

        /// <summary>Effect committed, not acknowledged.</summary>
        public async Task BeforeAcknowledgingAsync()
        {
            await using (var server = await ServeAsync())
            {
                await HandledAsync(Db);
                await Wire.HoldAcknowledgementsAsync();
                await PlaceAsync(Shop, server);
                await Until.TrueAsync("the events lie in the broker's lane, or are out", async () => await Heard.RowsAsync(Db, "outbox")
                    == 0);
                var unheard = await Db.ReadAsync(s =>
                    s.QueryAsync(
                    "SELECT id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM inbox i WHERE i.consumer = 'daily-statistics' AND "
                    + "i.subject = o.id)", r => r.Uuid(0)));
                await Wire.DeliverAsync(await Db.ReadAsync(s => EventTable.LoadRangesAsync(s, [.. unheard.Select(id => (id, 1, 10))])));
                await Until.TrueAsync("the effect has committed", async () => await LaggingAsync(Db) == 0);
                await server.KillAsync();
            }

            await Wire.ReleaseAsync();
        }
    }

    [Fact]
    public async Task Paused_over_its_work_it_is_overtaken_and_repeats_nothing_when_it_goes_on()
    {
        await using var wire = await WireAsync();
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        var (db, shop) = (database.Db, await Shop.CreateAsync(database.Db, 10_000));
        await using var first = await ServerProcess.StartAsync(database.Url, wire.Environment);
        await using var second = await ServerProcess.StartAsync(database.Url, wire.Environment);
        for (var held = false; !held;)
        {
            // With leased chunks, open transactions and unacknowledged messages, as it happens to have them.
            var before = await Heard.RowsAsync(db, "inbox");
            var request = Task.WhenAll(PlaceAsync(shop, second), PlaceAsync(shop, second), PlaceAsync(shop, second));
            await Until.TrueAsync("events are under way", async () => await Heard.RowsAsync(db, "inbox") > before);
            first.Pause();
            await request;
            held = await HoldsAsync(db);
            if (!held)
            {
                first.Resume();
            }
        }

        await HandledAsync(db);
        first.Resume();
        await PlaceAsync(shop, first);
        await HandledAsync(db);
        await VerifyAsync(db);
    }

    /// <summary>Whether the one that stands still has something: what it has not, the other has handled within seconds.</summary>
    private static async Task<bool> HoldsAsync(Db db)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(4); await Task.Delay(50))
        {
            if (await LaggingAsync(db) == 0)
            {
                return false;
            }
        }

        return true;
    }

    [Fact]
    public async Task What_the_broker_loses_is_caught_up_with_and_again_by_the_next_when_that_is_cut_off()
    {
        await using var wire = await WireAsync();
        await using var database = await TestDb.CreateAsync(Backend.Postgres);
        var (db, seams) = (database.Db, new Seams(database, await Shop.CreateAsync(database.Db, 10_000), wire));
        await using (var server = await seams.ServeAsync())
        {
            await PlaceAsync(seams.Shop, server);
            await HandledAsync(db);
            Assert.Equal(0, await server.TerminateAsync());
        }

        await using (var server = await seams.ServeAsync("--consumers", "notifications"))
        {
            await PlaceAsync(seams.Shop, server);
            await Until.TrueAsync("all has been published", async () => await Heard.RowsAsync(db, "outbox")
                + await Heard.RowsAsync(db, "deliveries") == 0);
            Assert.Equal(0, await server.TerminateAsync());
        }

        await wire.LoseAsync();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var holding = db.WriteAsync(async tx =>
        {
            // Until the server comes to it: on a busy machine that takes longer than a transaction may idle.
            await tx.MayIdleAsync();
            await tx.ExecuteAsync(
                "INSERT INTO inbox (consumer, subject, sequence) SELECT 'daily-statistics', o.id, 0 FROM orders o WHERE NOT EXISTS "
                + "(SELECT 1 FROM inbox i WHERE i.consumer = 'daily-statistics' AND i.subject = o.id) ORDER BY o.id LIMIT 1");
            await release.Task;
            return 0;
        });
        await using (var server = await seams.ServeAsync())
        {
            await Until.TrueAsync("it is in the middle of catching up",
                async () => await db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() "
                + "AND wait_event_type = 'Lock' AND query LIKE '%INTO inbox%'", r => r.Long(0))) > 0);
            await server.KillAsync();
        }

        release.SetResult();
        await holding;
        Assert.True(await LaggingAsync(db) > 0);
        await using (var server = await seams.ServeAsync())
        {
            await HandledAsync(db);
            await Until.TrueAsync("nobody is behind", async () =>
                await db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM lanes WHERE behind_since IS NOT NULL", r => r.Long(0))) == 0);
            Assert.Equal(0, await server.TerminateAsync());
        }

        await VerifyAsync(db);
    }

    [Fact]
    public async Task A_database_that_goes_away_for_seconds_repeats_and_loses_nothing()
    {
        await using var wire = await WireAsync();
        await using var postgres = await PostgresServer.StartAsync();
        await postgres.ExecuteAsync("CREATE DATABASE shop");
        await using var db = Db.Open(postgres.Url("shop"));
        await Migrations.ApplyAsync(db, Server.Modules);
        var shop = await Shop.CreateAsync(db, 10_000);
        await using var server = await ServerProcess.StartAsync(postgres.Url("shop"), wire.Environment);
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
        await wire.Stranger.HasHeardAllAsync(db);
    }

    private protected static Task PlaceAsync(Shop shop, ServerProcess server) => Task.WhenAll(Enumerable.Range(0, Orders).Select(async _ =>
    {
        // To a server that has stood still, whoever comes as it goes on seems to have been sending for all that time: they send again.
        int status;
        do
        {
            status = (await shop.OrderAsync(server.Client)).Status;
        }
        while (status == 408);

        Assert.Equal(201, status);
    }));

    private protected static Task HandledAsync(Db db) => Until.TrueAsync("everything has been handled", async () =>
        await Heard.RowsAsync(db, "outbox") + await Heard.RowsAsync(db, "deliveries") + await LaggingAsync(db) == 0);

    private protected static Task<long> LaggingAsync(Db db) =>
        db.ReadAsync(s =>
        s.FirstAsync("SELECT COUNT(*) FROM orders o LEFT JOIN inbox i ON i.consumer = 'daily-statistics' AND i.subject = o.id "
        + "WHERE COALESCE(i.sequence, 0) < o.event_sequence", r => r.Long(0)));

    /// <summary>The statistics count each order once: they would not, had one event had its effect twice, or never.</summary>
    private protected static async Task VerifyAsync(Db db)
    {
        Assert.Equal(0, await Heard.RowsAsync(db, "dead_letters"));
        using var output = new StringWriter();
        Assert.True(await Verify.RunAsync(db, withRepairs: false, output) == 0, output.ToString());
        Assert.Equal(await Heard.RowsAsync(db, "orders"),
            await db.ReadAsync(s => s.FirstAsync("SELECT SUM(orders) FROM order_statistics", r => r.Long(0))));
    }
}

public sealed class Crashes_with_kafka : BrokerCrashTests
{
    private protected override Task<Wire> WireAsync() => Task.FromResult<Wire>(new KafkaWire());
}
