using System.Security.Cryptography;
using Holdfast.Inventory.Core;
using Holdfast.Orders.Core;
using Holdfast.Orders.Placement;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>The engine called in process: races, batches with a culprit, participants, keys; on both databases.</summary>
public abstract class PlacementEngineTests(TestHost host)
{
    private TestServer Server => host.Server;

    private PlacementQueue Queue => Server.Get<PlacementQueue>();

    [Fact]
    public async Task Three_hundred_orders_of_one_against_a_hundred_exactly_a_hundred_succeed()
    {
        var shop = await Shop.CreateAsync(Server.Db, 100);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 300)
            .Select(i => Task.Run(() => Queue.PlaceAsync(shop.Placing(email: $"b{i}@example.com")))));
        Assert.Equal(100, outcomes.Count(o => o.IsOk));
        Assert.All(outcomes.Where(o => !o.IsOk), o => Assert.Equal("insufficient_stock", o.Error!.Code));
        Assert.Equal((100, 100), await shop.StockAsync());
        Assert.Equal(100, await shop.CountAsync("SELECT COUNT(*) FROM orders WHERE store_id = $1", shop.StoreId));
        Assert.Equal(100,
            await shop.CountAsync(
            "SELECT COUNT(*) FROM users u WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = u.id AND o.store_id = $1)",
            shop.StoreId));
    }

    [Fact]
    public async Task Fifty_orders_over_overlapping_baskets_end_without_a_deadlock()
    {
        var shop = await Shop.CreateAsync(Server.Db, 40, 40, 40, 40, 40);
        var random = new Random(7);
        var requests = Enumerable.Range(0, 50)
            .Select(_ =>
            Basket(shop,
            [.. Enumerable.Range(0, 5).OrderBy(_ => random.Next()).Take(3)
            .Select(i => new StockLine(shop.Variants[i], random.Next(1, 3)))])).ToList();
        var before = Server.Log.Lines.Count;
        var outcomes = await Task.WhenAll(requests.Select(p => Task.Run(() => Queue.PlaceAsync(p))));
        Assert.All(outcomes, o => Assert.True(o.IsOk || o.Error!.Code == "insufficient_stock"));
        var sold = requests.Where((_, i) => outcomes[i].IsOk).SelectMany(p => p.Command.Lines).GroupBy(l => l.VariantId)
            .ToDictionary(g => g.Key, g => g.Sum(l => l.Quantity));
        foreach (var variant in shop.Variants)
        {
            Assert.Equal((40, sold.GetValueOrDefault(variant)), await shop.StockAsync(variant));
        }

        Assert.Equal(before, Server.Log.Lines.Count);
    }

    [Fact]
    public async Task One_command_among_hundreds_that_breaks_a_check_is_our_fault_and_the_others_are_placed()
    {
        var shop = await Shop.CreateAsync(Server.Db, 1000);
        var requests = Enumerable.Range(0, 300)
            .Select(i => shop.Placing(email: $"p{i % 10}@example.com", participants: i == 123 ? [new PoisonParticipant()] : null)).ToList();
        var answers = requests.Select(p => Task.Run(() => Queue.PlaceAsync(p))).ToList();
        var e = await Assert.ThrowsAnyAsync<Exception>(() => answers[123]);
        Assert.Equal(DbFault.Other, Server.Db.FaultOf(e));
        answers.RemoveAt(123);
        Assert.All(await Task.WhenAll(answers), o => Assert.True(o.IsOk, o.Error?.Code));
        Assert.Equal((1000, 299), await shop.StockAsync());
        Assert.Equal(299, await shop.CountAsync("SELECT COUNT(*) FROM orders WHERE store_id = $1", shop.StoreId));
    }

    [Fact]
    public async Task A_participant_writes_in_the_same_commit_or_refuses_the_order()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        await Server.Db.WriteAsync(tx =>
            tx.ExecuteAsync(
            "CREATE TABLE IF NOT EXISTS test_coupons (id text PRIMARY KEY, uses_left bigint NOT NULL CHECK (uses_left >= 0))"));
        var coupon = Guid.CreateVersion7().ToString();
        await Server.Db.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO test_coupons (id, uses_left) VALUES ($1, 3)", coupon));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => Task.Run(() => Queue.PlaceAsync(shop.Placing(participants: [new CouponParticipant(coupon)])))));
        Assert.Equal(3, outcomes.Count(o => o.IsOk));
        Assert.All(outcomes.Where(o => !o.IsOk), o => Assert.Equal("coupon_used_up", o.Error!.Code));
        Assert.Equal(0, await shop.CountAsync("SELECT uses_left FROM test_coupons WHERE id = $1", coupon));
        Assert.Equal((10, 3), await shop.StockAsync());

        // Refused for stock after the coupon had agreed: the coupon keeps its use.
        await Server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE test_coupons SET uses_left = 1 WHERE id = $1", coupon));
        Assert.Equal("insufficient_stock",
            (await Queue.PlaceAsync(shop.Placing(99, participants: [new CouponParticipant(coupon)]))).Error!.Code);
        var both = shop.Placing(participants: [new CouponParticipant(coupon), new CouponParticipant(coupon)]);
        Assert.Equal("coupon_used_up", (await Queue.PlaceAsync(both)).Error!.Code);
        Assert.Equal(1, await shop.CountAsync("SELECT uses_left FROM test_coupons WHERE id = $1", coupon));
    }

    [Fact]
    public async Task A_code_that_gets_a_limit_between_the_look_and_the_lock_keeps_it()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        await shop.AddCodeAsync("ONCE", "percent", 1000);
        PlaceRequest With(params CommitParticipant[] participants)
        {
            var (command, key) = shop.Placing(email: "once@example.com", participants: participants);
            return new PlaceRequest(command with { DiscountKey = "ONCE" }, key);
        }

        Assert.True((await Queue.PlaceAsync(With())).IsOk);
        Assert.Equal("discount_used_up", (await Queue.PlaceAsync(With(new LimitParticipant(shop.StoreId)))).Error!.Code);
    }

    [Fact]
    public async Task A_key_that_was_refused_first_belongs_to_the_request_that_succeeds()
    {
        var shop = await Shop.CreateAsync(Server.Db, 5);
        var limited = await shop.AddVariantAsync(10, 100, 2);
        for (var round = 0; round < 20; round++)
        {
            var key = Guid.CreateVersion7();
            var buyer = $"{key:N}@example.com";
            // The first breaks the limit, which only shows under lock; the second has the same key and another body.
            PlaceRequest With(long quantity, byte print) =>
                new(shop.Placing(quantity, buyer, limited).Command, new IdempotencyKey(key, SHA256.HashData([print])));
            var first = With(3, 1);
            var second = With(1, 2);
            var outcomes = await Task.WhenAll(Queue.PlaceAsync(first), Queue.PlaceAsync(second));
            Assert.False(outcomes[0].IsOk);
            Assert.True(outcomes[1].IsOk);
            var again = await Queue.PlaceAsync(second);
            Assert.Equal((second.Command.OrderId, true), (again.Value.OrderId, again.Value.Replayed));
            Assert.Equal("idempotency_key_reused", (await Queue.PlaceAsync(first)).Error!.Code);
        }
    }

    private static PlaceRequest Basket(Shop shop, StockLine[] lines)
    {
        var one = shop.Placing().Command;
        return new PlaceRequest(new PlaceCommand
        {
            OrderId = one.OrderId,
            StoreId = one.StoreId,
            Lines = lines,
            Email = one.Email,
            EmailKey = one.EmailKey,
            DeliveryAddress = one.DeliveryAddress,
            ContactPhone = one.ContactPhone,
            Actor = one.Actor,
        }, new IdempotencyKey(Guid.CreateVersion7(), [1]));
    }

    /// <summary>Limits the codes of a store, after the look and before they are locked.</summary>
    private sealed class LimitParticipant(Guid storeId) : CommitParticipant
    {
        public override int Rank => LockRank.Carts;

        public override async Task LoadAsync(Tx tx, IReadOnlyList<CommitParticipant> all)
        {
            await tx.ExecuteAsync("UPDATE discount_codes SET usage_limit_per_customer = 1 WHERE store_id = $1", storeId);
            await tx.ExecuteAsync("UPDATE discount_uses SET limited = $2 WHERE store_id = $1", storeId, true);
        }

        public override Error? Decide(Order order, DateTime now) => null;

        public override void Undo()
        {
        }

        public override void Save(StatementBatch batch, Order order)
        {
        }
    }

    /// <summary>Writes what the database refuses.</summary>
    private sealed class PoisonParticipant : CommitParticipant
    {
        public override int Rank => LockRank.Carts;

        public override Task LoadAsync(Tx tx, IReadOnlyList<CommitParticipant> all) => Task.CompletedTask;

        public override Error? Decide(Order order, DateTime now) => null;

        public override void Undo()
        {
        }

        public override void Save(StatementBatch batch, Order order) =>
            batch.Execute("UPDATE orders SET refund_due = -1 WHERE id = $1", order.Id);
    }

    /// <summary>A code with a limited number of uses, opened set-based for all orders of a batch.</summary>
    private sealed class CouponParticipant(string id) : CommitParticipant
    {
        private static readonly Error UsedUp = new(422, "coupon_used_up", "used up", "đã hết");
        private Book _book = null!;

        public override int Rank => LockRank.DiscountCodes;

        public override async Task LoadAsync(Tx tx, IReadOnlyList<CommitParticipant> all)
        {
            var participants = all.Cast<CouponParticipant>().ToList();
            var rows = await tx.QueryAsync("SELECT id, uses_left FROM test_coupons WHERE id {in $1} ORDER BY id {lock}",
                r => (Id: r.Text(0), Left: r.Long(1)),
                [participants.Select(r => r.Id).Distinct().ToArray()]);
            var books = rows.ToDictionary(r => r.Id, r => new Book { Left = r.Left });
            foreach (var participant in participants)
            {
                participant._book = books[participant.Id];
            }
        }

        private string Id => id;

        public override Error? Decide(Order order, DateTime now)
        {
            if (_book.Left == 0)
            {
                return UsedUp;
            }

            _book.Left--;
            return null;
        }

        public override void Undo() => _book.Left++;

        public override void Save(StatementBatch batch, Order order) =>
            batch.Execute("UPDATE test_coupons SET uses_left = $2 WHERE id = $1", id, _book.Left);

        private sealed class Book
        {
            public long Left { get; set; }
        }
    }
}

public sealed class PlacementEngine_on_sqlite(SqliteHost host) : PlacementEngineTests(host), IClassFixture<SqliteHost>;

public sealed class PlacementEngine_on_postgresql(PostgresHost host) : PlacementEngineTests(host), IClassFixture<PostgresHost>;
