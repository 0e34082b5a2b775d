using System.Globalization;
using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Placement;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Outbox;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Orders;

/// <summary>Each process has a number of its own within order numbers; and where two have the same, no order is lost by it.</summary>
public abstract class OrderNumberTests(TestHost host)
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    [Fact]
    public async Task An_order_whose_number_is_taken_is_placed_with_another()
    {
        const int rounds = 5;
        var server = host.Server;
        var shop = await Shop.CreateAsync(server.Db, 100, 100);
        await using var database = await TestDb.CreateAsync(host.Backend);
        var clock = new Clock();
        var (first, second) = (new OrderNumbers(clock), new OrderNumbers(clock));
        await first.ClaimAsync(database.Db);
        await ForgetAsync(database.Db);
        await second.ClaimAsync(database.Db);
        Assert.Equal(first.Next(), second.Next());

        await using var one = Queue(server, first);
        await using var other = Queue(server, second);
        for (var round = 0; round < rounds; round++)
        {
            // Each meets what the other has just given.
            Assert.True((await one.PlaceAsync(shop.Placing(email: "one@example.com"))).IsOk);
            Assert.True((await other.PlaceAsync(shop.Placing(email: "other@example.com", variant: shop.Variants[1]))).IsOk);
        }

        Assert.Equal(2 * rounds, await shop.CountAsync("SELECT COUNT(DISTINCT number) FROM orders WHERE store_id = $1", shop.StoreId));
    }

    [Fact]
    public async Task Processes_that_claim_at_once_have_different_numbers()
    {
        const int processes = 20;
        await using var database = await TestDb.CreateAsync(host.Backend);
        var dbs = Enumerable.Range(0, 4).Select(_ => database.Open()).ToList();
        var clock = new Clock();
        var numbers = Enumerable.Range(0, processes).Select(_ => new OrderNumbers(clock)).ToList();
        await Task.WhenAll(numbers.Select((n, i) => Task.Run(async () => await n.ClaimAsync(dbs[i % dbs.Count]))));
        var used = numbers.Select(n => Process(n.Next())).Order().ToList();
        Assert.Equal(processes, used.Distinct().Count());
        Assert.Equal(used, (await ClaimsAsync(database.Db)).Select(c => c.Process).Order());
        Assert.Equal(processes, numbers.Select(n => n.Next()).Distinct().Count());
    }

    [Fact]
    public async Task A_claim_that_has_expired_is_taken_over_and_no_other()
    {
        await using var database = await TestDb.CreateAsync(host.Backend);
        var (db, clock) = (database.Db, new Clock());
        var (first, second, third) = (new OrderNumbers(clock), new OrderNumbers(clock), new OrderNumbers(clock));
        await first.ClaimAsync(db);
        var before = Assert.Single(await ClaimsAsync(db));
        db.ClockSkew = TimeSpan.FromMinutes(59);
        await second.ClaimAsync(db);
        db.ClockSkew = TimeSpan.FromMinutes(61);
        await third.ClaimAsync(db);
        Assert.Equal([0, 1, 0], new[] { first, second, third }.Select(n => Process(n.Next())));
        var after = await ClaimsAsync(db);
        Assert.Equal([0, 1], after.Select(c => c.Process).Order());
        Assert.NotEqual(before.Holder, after.Single(c => c.Process == 0).Holder);

        // It comes back after its time, and must not go on with what is another's by now.
        clock.Now += TimeSpan.FromMinutes(61);
        await first.ClaimAsync(db);
        Assert.Equal(2, Process(first.Next()));
    }

    [Fact]
    public async Task A_process_renews_its_claim_in_time_and_keeps_its_number()
    {
        await using var database = await TestDb.CreateAsync(host.Backend);
        var (db, clock) = (database.Db, new Clock());
        await new OrderNumbers(clock).ClaimAsync(db);
        var numbers = new OrderNumbers(clock);
        await numbers.ClaimAsync(db);
        var claimed = (await ClaimsAsync(db)).Single(c => c.Process == 1);
        await PassAsync(29);
        Assert.Contains(claimed, await ClaimsAsync(db));
        await PassAsync(2);
        var renewed = (await ClaimsAsync(db)).Single(c => c.Process == 1);
        Assert.Equal(claimed.Holder, renewed.Holder);
        Assert.True(renewed.Expires >= claimed.Expires + TimeSpan.FromMinutes(31), $"{claimed} {renewed}");
        Assert.Equal((1, 2), (Process(numbers.Next()), (await ClaimsAsync(db)).Count));

        async Task PassAsync(int minutes)
        {
            clock.Now += TimeSpan.FromMinutes(minutes);
            db.ClockSkew += TimeSpan.FromMinutes(minutes);
            await numbers.ClaimAsync(db);
        }
    }

    private static PlacementQueue Queue(TestServer server, OrderNumbers numbers) => new(server.Db, server.Get<OrderOptions>(), numbers,
        server.Get<RelaySignal>(), server.Get<PaymentDeadlines>(), NullLogger<PlacementQueue>.Instance);

    private static Task ForgetAsync(Db db) => db.WriteAsync(tx => tx.ExecuteAsync("DELETE FROM order_number_claims"));

    private static Task<List<(int Process, Guid Holder, DateTime Expires)>> ClaimsAsync(Db db) =>
        db.ReadAsync(s =>
        s.QueryAsync("SELECT process, holder, expires_at FROM order_number_claims", r => (r.Int(0), r.Uuid(1), r.Time(2))));

    /// <summary>The part of a number that tells processes apart.</summary>
    private static int Process(string number) => (int)((number.Where(c => c != '-')
        .Aggregate(0L, (value, digit) => (value << 5) | (long)Alphabet.IndexOf(digit, StringComparison.Ordinal)) >> 9) & 1023);
}

public sealed class OrderNumber_on_sqlite(SqliteHost host) : OrderNumberTests(host), IClassFixture<SqliteHost>;

public sealed class OrderNumber_on_postgresql(PostgresHost host) : OrderNumberTests(host), IClassFixture<PostgresHost>;
