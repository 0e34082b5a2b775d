using Holdfast.Carts;
using Holdfast.Inventory.Core;
using Holdfast.Inventory.Reservations;
using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Placement;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Messaging.Outbox;
using Holdfast.Tests.Carts;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Batches;

/// <summary>
/// A rule that throws costs its own command: it gets 500 internal_error, and its neighbours in the batch, who want the same cart, code,
/// external id, transaction and key, are judged as if it had not been there.
/// </summary>
public abstract class FailingRuleTests(TestHost host)
{
    private TestServer Server => host.Server;

    public enum Fault
    {
        /// <summary>A participant throws after another one has agreed.</summary>
        Rider,

        /// <summary>All rules have agreed, and the answer cannot be written.</summary>
        Answer,

        /// <summary>A rule throws before anything is locked.</summary>
        Peek,
    }

    [Theory, InlineData(Fault.Rider), InlineData(Fault.Answer), InlineData(Fault.Peek)]
    public async Task An_order_whose_rule_throws_leaves_nothing_to_its_neighbours(Fault fault)
    {
        var shop = await Shop.CreateAsync(Server.Db, 2);
        var limited = await shop.AddVariantAsync(1000, 2, 1);
        await shop.AddCodeAsync("ONCE", "fixed", 100, limit: 1);
        var (cart, version, owner) = await CartAsync(shop);
        var key = Guid.CreateVersion7();
        PlaceRequest With(byte print, params CommitParticipant[] participants)
        {
            var (command, _) = shop.Placing(email: $"{key:N}@example.com",
                participants: [new CartCheckoutParticipant(cart, version, owner), .. participants]);
            return new PlaceRequest(command with
            {
                ExternalId = "X-1",
                DiscountKey = "ONCE",
                PaymentMethod = PaymentMethod.CashOnDelivery,
                Lines = [new StockLine(shop.Variant, 2), new StockLine(limited, 1)],
            }, new IdempotencyKey(key, [print]));
        }

        var failing = fault == Fault.Rider ? With(1, new ThrowingParticipant()) : With(1);
        failing = failing with
        {
            Command = fault switch
            {
                Fault.Answer => failing.Command with { DeliveryAddress = "" },
                Fault.Peek => failing.Command with { Lines = [new StockLine(shop.Variant, 0)] },
                _ => failing.Command,
            },
        };
        var neighbour = With(2);
        var outcomes = await Together.PlaceAsync(Server, failing, neighbour);
        Assert.Equal("internal_error", outcomes[0].Error?.Code);
        Assert.Null(outcomes[1].Error);
        Assert.Equal((2, 2), await shop.StockAsync());
        Assert.Equal((2, 1), await shop.StockAsync(limited));
        Assert.Equal(1, await shop.UsesAsync("ONCE"));
        Assert.Equal(0, await shop.CountAsync("SELECT COUNT(*) FROM cart_lines WHERE cart_id = $1", cart));
        var told = await Server.Db.ReadAsync(s => s.QueryAsync(
            "SELECT subject FROM events WHERE store_id = $1 AND type LIKE 'order.%'", r => r.Uuid(0), shop.StoreId));
        Assert.Equal([neighbour.Command.OrderId, neighbour.Command.OrderId], told);
        await Together.VerifyAsync(Server);

        var again = await Together.PlaceAsync(Server, neighbour, failing);
        Assert.Equal((neighbour.Command.OrderId, true), (again[0].Value.OrderId, again[0].Value.Replayed));
        Assert.Equal("idempotency_key_reused", again[1].Error?.Code);
    }

    [Theory, InlineData(Fault.Rider), InlineData(Fault.Answer)]
    public async Task A_change_whose_rule_throws_leaves_nothing_to_its_neighbours(Fault fault)
    {
        var shop = await Shop.CreateAsync(Server.Db, 5);
        var order = (await Together.PlaceAsync(Server, shop.Placing(2)))[0].Value.OrderId;
        var (key, once) = (Guid.CreateVersion7(), new OnceParticipant());
        ChangeRequest Pay(byte print, OrderCommand command) => new(command, new IdempotencyKey(key, [print]));
        PayCommand Payment(params CommitParticipant[] participants) =>
            new(order, shop.StoreId, "service", Guid.CreateVersion7(), "bank", "t-1", 2000, "VND", null, null, null)
            {
                Participants = [once, .. participants],
            };
        var failing = fault == Fault.Rider ? Pay(1, Payment(new ThrowingParticipant()))
            : Pay(1, new EditCommand(order, shop.StoreId, "service", "", null, null, Payment()) { Participants = [once] });
        var neighbour = Pay(2, Payment());
        var outcomes = await Together.ChangeAsync(Server, failing, neighbour);
        Assert.Equal("internal_error", outcomes[0].Error?.Code);
        Assert.Null(outcomes[1].Error);
        var told = await Server.Db.ReadAsync(s => s.QueryAsync(
            "SELECT type FROM events WHERE subject = $1 ORDER BY sequence", r => r.Text(0), order));
        Assert.Equal(["order.created", "payment.succeeded", "order.confirmed"], told);
        Assert.Equal(1, await shop.CountAsync("SELECT COUNT(*) FROM payment_transactions WHERE store_id = $1", shop.StoreId));
        await Together.VerifyAsync(Server);

        var again = await Together.ChangeAsync(Server, neighbour, failing);
        Assert.True(again[0].Value.Replayed);
        Assert.Equal("idempotency_key_reused", again[1].Error?.Code);
    }

    [Fact]
    public async Task A_reservation_whose_rule_throws_leaves_nothing_to_its_neighbours()
    {
        var shop = await Shop.CreateAsync(Server.Db, 3);
        var log = new HeldLog();
        await using var queue = new ReservationQueue(Server.Db, new RelaySignal(), log);
        ReserveCommand Reserve(Guid variant, Guid key, byte print, TimeSpan ttl) =>
            new(Guid.CreateVersion7(), Caller.System, new IdempotencyKey(key, [print]), [new StockLine(variant, 3)], null, ttl);

        // Each worker that this caller may have is held in a failure of its own, over stock of its own, so what comes now is one batch.
        var failures = new List<Task<Reply>>();
        while (failures.Count < Server.Db.WritersPerPartition)
        {
            var variant = await shop.AddVariantAsync(1000, 3, null);
            failures.Add(queue.SubmitAsync(Reserve(variant, Guid.CreateVersion7(), 1, TimeSpan.MaxValue)));
            await Until.TrueAsync("a worker has failed", () => log.Failures >= failures.Count);
        }

        var key = Guid.CreateVersion7();
        var failing = Reserve(shop.Variant, key, 1, TimeSpan.MaxValue);
        var neighbour = Reserve(shop.Variant, key, 2, TimeSpan.FromMinutes(10));
        failures.Add(queue.SubmitAsync(failing));
        var made = queue.SubmitAsync(neighbour);
        log.LetGo();
        Assert.All(await Task.WhenAll(failures), r => Assert.Equal("internal_error", r.Error?.Code));
        Assert.Equal(201, (await made).Status);
        Assert.Equal((3, 3), await shop.StockAsync());
        var told = await Server.Db.ReadAsync(s => s.QueryAsync(
            "SELECT type FROM events WHERE store_id = $1 AND subject <> $2", r => r.Text(0), shop.StoreId, shop.Variant));
        Assert.Equal(["inventory.reserved"], told);
        Assert.True((await queue.SubmitAsync(neighbour)).Replayed);
        Assert.Equal("idempotency_key_reused", (await queue.SubmitAsync(failing)).Error?.Code);
        await Together.VerifyAsync(Server);
    }

    [Fact]
    public async Task A_reservation_that_cannot_be_expired_keeps_no_other_from_it()
    {
        await using var database = await TestDb.CreateAsync(host.Backend);
        var shop = await Shop.CreateAsync(database.Db, 3, 3);
        await using var queue = new ReservationQueue(database.Db, new RelaySignal(), NullLogger<ReservationQueue>.Instance);
        foreach (var variant in shop.Variants)
        {
            StockLine[] lines = [new StockLine(variant, 1)];
            var reserve = new ReserveCommand(Guid.CreateVersion7(), Caller.System, null, lines, null, TimeSpan.FromMinutes(1));
            Assert.Equal(201, (await queue.SubmitAsync(reserve)).Status);
        }

        // A row that somebody has repaired by hand, wrongly.
        await database.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE stock SET reserved = 0 WHERE variant_id = $1", shop.Variants[0]));
        database.Db.ClockSkew = TimeSpan.FromMinutes(2);
        var sweep = new ExpireReservations(database.Db, new RelaySignal(), NullLogger<ExpireReservations>.Instance);
        Assert.Equal(1, await sweep.SweepOnceAsync());
        Assert.Equal((3, 0), await shop.StockAsync(shop.Variants[1]));
    }

    /// <summary>A visitor's cart with one line.</summary>
    private async Task<(Guid Id, long Version, string Owner)> CartAsync(Shop shop)
    {
        await new Basket(Server.Guest, shop).PutAsync(shop.Variant, 1).ShouldBeAsync(200);
        return await Server.Db.ReadAsync(s => s.FirstAsync(
            "SELECT id, version, owner FROM carts WHERE store_id = $1", r => (r.Uuid(0), r.Long(1), r.Text(2)), shop.StoreId));
    }

    private sealed class ThrowingParticipant : TestParticipant
    {
        public override Error? Decide(Order order, DateTime now) => throw new InvalidOperationException("a bug in a rule");
    }

    /// <summary>Agrees once, and again after it was undone.</summary>
    private sealed class OnceParticipant : TestParticipant
    {
        private static readonly Error Used = new(409, "used", "used", "đã dùng");
        private bool _used;

        public override Error? Decide(Order order, DateTime now)
        {
            var refusal = _used ? Used : null;
            _used = true;
            return refusal;
        }

        public override void Undo() => _used = false;
    }

    /// <summary>A participant without rows.</summary>
    private abstract class TestParticipant : CommitParticipant
    {
        public override int Rank => LockRank.Carts;

        public override Task LoadAsync(Tx tx, IReadOnlyList<CommitParticipant> all) => Task.CompletedTask;

        public override void Undo()
        {
        }

        public override void Save(StatementBatch batch, Order order)
        {
        }
    }

    /// <summary>Holds whoever tells of a failure until it lets go.</summary>
    private sealed class HeldLog : ILogger<ReservationQueue>
    {
        private readonly ManualResetEventSlim _open = new();
        private int _failures;

        public int Failures => Volatile.Read(ref _failures);

        public void LetGo() => _open.Set();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Error)
            {
                Interlocked.Increment(ref _failures);
                _open.Wait(TimeSpan.FromSeconds(60));
            }
        }
    }
}

public sealed class FailingRule_on_sqlite(SqliteHost host) : FailingRuleTests(host), IClassFixture<SqliteHost>;

public sealed class FailingRule_on_postgresql(PostgresHost host) : FailingRuleTests(host), IClassFixture<PostgresHost>;
