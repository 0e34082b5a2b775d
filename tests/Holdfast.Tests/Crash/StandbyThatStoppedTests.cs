using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Holdfast.Inventory.Core;
using Holdfast.Inventory.Reservations;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.Outbox;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Shop = Holdfast.Tests.Orders.Shop;

namespace Holdfast.Tests.Crash;

/// <summary>
/// The synchronous standby stands still, so that COMMITs wait for it. What it does not have would be lost with the first server: nobody may
/// be told that it has been done, and nothing may end the waiting.
/// </summary>
public sealed class StandbyThatStoppedTests
{
    /// <summary>Callers hear within so many seconds; some more for a busy machine.</summary>
    private const int HeardWithin = 20;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>Longer than the time-out of statements, which must not end a COMMIT either.</summary>
    private static readonly TimeSpan LongerThanStatements = TimeSpan.FromSeconds(33);

    [Fact]
    public async Task Callers_hear_that_the_outcome_is_unknown_and_nothing_ends_the_commit()
    {
        await using var pair = await Pair.StartAsync();
        var clock = Stopwatch.StartNew();
        await pair.Standby.PauseAsync();
        var heard = await pair.OrderAsync("first");
        AssertUnknown(heard);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(HeardWithin), $"{clock.Elapsed}");
        while (clock.Elapsed < LongerThanStatements)
        {
            AssertNotYet(await pair.OrderAsync("first"));
            AssertNotYet(await pair.OrderAsync("second"));
        }

        Assert.NotEqual(0, await pair.WaitingAsync());
        await pair.AssertGoesOnAsync("first", "second");
    }

    /// <summary>PostgreSQL then answers as if it had gone well, with a warning.</summary>
    [Fact]
    public async Task A_commit_whose_waiting_an_admin_has_ended_is_not_yet_done()
    {
        await using var pair = await Pair.StartAsync();
        await pair.Standby.PauseAsync();
        var order = pair.OrderAsync("cancelled");
        await Until.TrueAsync("the COMMIT waits for the standby", async () => await pair.WaitingAsync() > 0);
        await pair.First.ExecuteAsync("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        AssertUnknown(await order);
        await pair.AssertGoesOnAsync("cancelled");
    }

    [Fact]
    public async Task Who_asks_again_after_the_waiting_was_ended_hears_of_success_only_when_the_standby_has_it()
    {
        await using var pair = await Pair.StartAsync();
        await pair.Standby.PauseAsync();
        var order = pair.OrderAsync("cancelled");
        await Until.TrueAsync("the COMMIT waits for the standby", async () => await pair.WaitingAsync() > 0);
        await pair.First.ExecuteAsync("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        await order;
        for (var again = 0; again < 3; again++)
        {
            await using var lateness = Lateness.Watch();
            AssertNotYet(await pair.OrderAsync("cancelled"));
            Assert.True(lateness.Elapsed < Soon + (2 * lateness.Worst), $"{lateness.Elapsed}, the machine was {lateness.Worst} late");
        }

        await pair.AssertGoesOnAsync("cancelled");
    }

    /// <summary>The order has emptied its cart, so that the retry finds nothing to place, only the stored answer.</summary>
    [Fact]
    public async Task Who_asks_again_for_the_order_of_a_cart_hears_of_success_only_when_the_standby_has_it()
    {
        await using var pair = await Pair.StartAsync();
        var each = await EachChange.StartAsync(pair.Server, pair.Db);
        var order = await each.CheckOutAsync(variant: 0);
        await pair.Standby.PauseAsync();
        var cancelled = each.SendAsync(order);
        await Until.TrueAsync("the COMMIT waits for the standby", async () => await pair.WaitingAsync() > 0);
        await pair.First.ExecuteAsync("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        AssertUnknown(await cancelled);
        for (var again = 0; again < 2; again++)
        {
            AssertNotYet(await each.SendAsync(order));
        }

        Assert.Equal(1, await order.Found());
        pair.Standby.Resume();
        await each.AssertDoneOnceAsync([order]);
    }

    /// <summary>What is repeated changes nothing: its COMMIT has no row of an attempt, and waits for the standby all the same.</summary>
    [Fact]
    public async Task Who_repeats_what_has_no_key_hears_of_success_only_when_the_standby_has_it()
    {
        await using var pair = await Pair.StartAsync();
        await using var queue = new ReservationQueue(pair.Db, new RelaySignal(), NullLogger<ReservationQueue>.Instance);
        var id = Guid.CreateVersion7();
        var reserved = await queue.SubmitAsync(
            new ReserveCommand(id, Caller.System, null, [new StockLine(pair.Shop.Variant, 1)], null, TimeSpan.FromHours(1)));
        Assert.Equal(201, reserved.Status);
        await pair.Standby.PauseAsync();
        Assert.Equal(503, (await ReleaseAsync()).Status);
        await pair.First.ExecuteAsync("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        for (var again = 0; again < 2; again++)
        {
            Assert.Equal(503, (await ReleaseAsync()).Status);
        }

        pair.Standby.Resume();
        await Until.TrueAsync("it is given back", async () => (await ReleaseAsync()).Status == 200);

        Task<Reply> ReleaseAsync() => queue.SubmitAsync(new ReleaseCommand(id, Caller.System, null));
    }

    /// <summary>Of each kind, whether by a batch or in a transaction of its own.</summary>
    [Fact]
    public async Task Each_kind_of_change_is_refused_soon_and_done_once_when_the_standby_goes_on()
    {
        await using var pair = await Pair.StartAsync();
        var each = await EachChange.StartAsync(pair.Server, pair.Db);
        await each.GoThroughAsync(pair.Standby.PauseAsync, () =>
        {
            pair.Standby.Resume();
            return Task.CompletedTask;
        });
        await Audit.VerifyAsync(pair.Db);
    }

    private static void AssertUnknown(Told answer) =>
        Assert.True(answer.IsNotNow && answer.Text.Contains("\"outcome_unknown\"", StringComparison.Ordinal), $"{answer}");

    private static void AssertNotYet(Told answer) => Assert.True(answer.IsNotNow, $"{answer}");

    /// <summary>A shop on a server with a synchronous standby, and a server process whose only writes are the orders.</summary>
    private sealed class Pair : IAsyncDisposable
    {
        private readonly Db _db;
        private readonly Shop _shop;
        private readonly ServerProcess _server;
        private readonly List<Guid> _placed = [];

        private Pair(PostgresServer first, PostgresServer standby, Db db, Shop shop, ServerProcess server) =>
            (First, Standby, _db, _shop, _server) = (first, standby, db, shop, server);

        public PostgresServer First { get; }

        public Db Db => _db;

        public Shop Shop => _shop;

        public ServerProcess Server => _server;

        public PostgresServer Standby { get; }

        public static async Task<Pair> StartAsync()
        {
            var first = await PostgresServer.StartAsync("autovacuum=off");
            await first.ExecuteAsync("CREATE DATABASE shop");
            var db = Db.Open(first.Url("shop"));
            await Migrations.ApplyAsync(db, Holdfast.Server.Modules);
            var shop = await Shop.CreateAsync(db, 1_000);
            var server = await ServerProcess.StartAsync(first.Url("shop"), AdminSession.Settings, null, "--roles", "api");
            var pair = new Pair(first, await first.StandbyAsync(), db, shop, server);
            // What a server writes once, before its first order, is written.
            await pair.PlaceAsync("before");
            return pair;
        }

        /// <summary>Sends an order of the key, once.</summary>
        public async Task<Told> OrderAsync(string key)
        {
            var (status, body, response) = await _shop.OrderAsync(_server.Client, key: key);
            using (response)
            {
                return Told.Of(status, body, response);
            }
        }

        /// <summary>Sends it until it is placed.</summary>
        private async Task PlaceAsync(string key)
        {
            var answer = new Told(0, "", false);
            await Until.TrueAsync($"{key} is placed", async () => (answer = await OrderAsync(key)).Status == 201);
            _placed.Add(JsonDocument.Parse(answer.Text).RootElement.GetProperty("id").GetGuid());
        }

        /// <summary>How many COMMITs wait for the standby.</summary>
        public async Task<int> WaitingAsync()
        {
            var count = await First.ReadAsync("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
            return int.Parse(count!, CultureInfo.InvariantCulture);
        }

        /// <summary>Lets the standby go on: each key gets its order, and there are no others.</summary>
        public async Task AssertGoesOnAsync(params string[] keys)
        {
            Standby.Resume();
            foreach (var key in keys)
            {
                await PlaceAsync(key);
            }

            var found = await _db.ReadAsync(s => s.QueryAsync("SELECT id FROM orders WHERE store_id = $1", r => r.Uuid(0), _shop.StoreId));
            Assert.Equal(_placed.Order(), found.Order());
            await Audit.VerifyAsync(_db);
        }

        public async ValueTask DisposeAsync()
        {
            await _server.DisposeAsync();
            await _db.DisposeAsync();
            await Standby.DisposeAsync();
            await First.DisposeAsync();
        }
    }
}
