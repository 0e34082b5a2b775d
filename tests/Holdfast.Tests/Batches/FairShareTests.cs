using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Placement;
using Holdfast.Platform;
using Holdfast.Platform.Caching.Local;
using Holdfast.Platform.Messaging.Outbox;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Batches;

/// <summary>A store whose queue is full, beside one with a few orders: its bound is its own, and so is its wait.</summary>
public abstract class FairShareTests(TestDatabase database)
{
    private const int Flood = 700;
    private const int Capacity = 400;
    private const int MaxBatch = 20;

    /// <summary>Those under way when a quiet store's order comes, one before its turn, and those that are done while it is.</summary>
    private const int BatchesMeanwhile = 8;

    [Fact]
    public async Task A_quiet_store_waits_for_a_few_batches_of_a_busy_one_and_is_never_refused()
    {
        var (busy, quiet) = (await Shop.CreateAsync(database.Db, Flood), await Shop.CreateAsync(database.Db, Flood));
        var options = new OrderOptions { QueueCapacity = Capacity, MaxBatch = MaxBatch };
        await using var queue = new PlacementQueue(database.Db, options, new OrderNumbers(TimeProvider.System), new RelaySignal(),
            new PaymentDeadlines(new ExpiringKeys(NullLogger<ExpiringKeys>.Instance)), NullLogger<PlacementQueue>.Instance);
        var flood = Enumerable.Range(0, Flood).Select(i => queue.PlaceAsync(busy.Placing(email: $"busy{i}@example.com"))).ToList();
        var besides = 0;
        for (var i = 0; Answered(flood) < Flood - (2 * MaxBatch); i++)
        {
            var before = Answered(flood);
            var placed = await queue.PlaceAsync(quiet.Placing(email: $"quiet{i}@example.com"));
            var meanwhile = Answered(flood) - before;
            Assert.True(placed.IsOk, placed.Error?.Code);
            Assert.True(meanwhile <= BatchesMeanwhile * MaxBatch, $"{meanwhile} orders of the busy store were answered in that time");
            besides++;
        }

        Assert.True(besides >= 3, $"{besides}");
        var outcomes = await Task.WhenAll(flood);
        var refused = outcomes.Where(o => !o.IsOk).ToList();
        Assert.All(refused, r => Assert.Equal("busy", r.Error!.Code));
        // Some had left the queue for a batch before the last of the flood came.
        Assert.InRange(refused.Count, 1, Flood - Capacity);
        Assert.Equal(Flood - refused.Count, await OrdersAsync(busy));
        Assert.Equal(besides, await OrdersAsync(quiet));
    }

    private static int Answered(List<Task<Result<PlaceResult>>> orders) => orders.Count(o => o.IsCompleted);

    private static Task<long> OrdersAsync(Shop shop) => shop.CountAsync("SELECT COUNT(*) FROM orders WHERE store_id = $1", shop.StoreId);
}

public sealed class FairShare_on_sqlite(SqliteDatabase database) : FairShareTests(database), IClassFixture<SqliteDatabase>;

public sealed class FairShare_on_postgresql(PostgresDatabase database) : FairShareTests(database), IClassFixture<PostgresDatabase>;
