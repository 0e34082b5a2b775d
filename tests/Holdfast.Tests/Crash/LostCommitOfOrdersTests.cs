using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Placement;
using Holdfast.Platform;
using Holdfast.Platform.Caching.Local;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Outbox;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Crash;

/// <summary>The connection is cut exactly at the COMMIT of a batch of orders.</summary>
[Slow]
public sealed class LostCommitOfOrdersTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const int Orders = 8;

    [Theory]
    [InlineData(Cut.AfterCommit)]
    [InlineData(Cut.BeforeCommit)]
    [InlineData(Cut.CommitArrivesLate)]
    [InlineData(Cut.ServerNotTold)]
    public async Task Each_order_is_there_once_and_its_buyer_hears_so(Cut cut)
    {
        var shop = await Shop.CreateAsync(database.Db, Orders + 1);
        var (proxy, url) = await CommitProxy.BeforeAsync(database.Test);
        await using var _ = proxy;
        await using var db = Db.Open(url);
        using var log = new TestLog();
        using var logs = new LoggerFactory([log]);
        await using var queue = Queue(db, logs);
        Assert.True((await queue.PlaceAsync(shop.Placing())).IsOk);

        proxy.Next(cut);
        var requests = Enumerable.Range(0, Orders).Select(i => shop.Placing(email: $"buyer{i}@example.com")).ToList();
        var placed = await Task.WhenAll(requests.Concat(requests).Select(request => UntilToldAsync(queue, request)));
        Assert.All(placed, p => Assert.True(p.IsOk, p.Error?.Code));
        Assert.Contains(log.Lines, l => l.Contains("he answer to COMMIT", StringComparison.Ordinal));
        for (var i = 0; i < Orders; i++)
        {
            Assert.Equal(placed[i].Value.OrderId, placed[i + Orders].Value.OrderId);
            Assert.Equal(placed[i].Value.Body, placed[i + Orders].Value.Body);
        }

        var ids = await database.Db.ReadAsync(s => s.QueryAsync("SELECT id FROM orders WHERE store_id = $1", r => r.Uuid(0), shop.StoreId));
        Assert.Equal(Orders + 1, ids.Count);
        Assert.Empty(placed.Select(p => p.Value.OrderId).Except(ids));
        Assert.Equal((Orders + 1, Orders + 1), await shop.StockAsync());
        await Audit.VerifyAsync(database.Db);
    }

    /// <summary>
    /// There is one piece. The second of two equal requests, at another server, has begun to look when the first commits: it must not see
    /// that the piece is gone without seeing to whom.
    /// </summary>
    [Fact]
    public async Task Whoever_sees_the_stock_that_an_order_has_taken_sees_its_key()
    {
        await using var test = await TestDb.CreateAsync(Backend.Postgres);
        var shop = await Shop.CreateAsync(test.Db, 1);
        await using var db = Db.Open($"{test.Url}?Options={Uri.EscapeDataString("-c lock_timeout=0")}");
        using var logs = new LoggerFactory();
        await using var first = Queue(db, logs);
        await using var second = Queue(db, logs);
        var request = shop.Placing();
        Task<Result<PlaceResult>> placed, again;
        await using (var beforeCommit = await LockAsync(db, "outbox"))
        {
            placed = first.PlaceAsync(request);
            await WaitsForAsync(shop, "outbox");
            await using (await LockAsync(db, "stores"))
            {
                again = second.PlaceAsync(request with { Command = shop.Placing().Command });
                await WaitsForAsync(shop, "stores");
                await beforeCommit.RollbackAsync();
                Assert.True((await placed).IsOk);
            }
        }

        var replay = await again;
        Assert.True(replay.IsOk, replay.Error?.Code);
        Assert.True(replay.Value.Replayed);
        Assert.Equal((await placed).Value.OrderId, replay.Value.OrderId);
    }

    /// <summary>As a client does: 503 is followed by the same request with the same key.</summary>
    private static async Task<Result<PlaceResult>> UntilToldAsync(PlacementQueue queue, PlaceRequest request)
    {
        Result<PlaceResult> result = default;
        await Until.TrueAsync("an answer that is none of 503", async () => (result = await queue.PlaceAsync(request)).Error?.Status != 503);
        return result;
    }

    private static async Task<Tx> LockAsync(Db db, string table)
    {
        var tx = await db.BeginAsync();
        await tx.MayIdleAsync();
        await tx.ExecuteAsync($"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
        return tx;
    }

    private static Task WaitsForAsync(Shop shop, string table) => Until.TrueAsync($"somebody waits for {table}", async () =>
        await shop.CountAsync($"SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass") == 1);

    private static PlacementQueue Queue(Db db, LoggerFactory logs) =>
        new(db, new OrderOptions(), new OrderNumbers(TimeProvider.System), new RelaySignal(),
        new PaymentDeadlines(new ExpiringKeys(logs.CreateLogger<ExpiringKeys>())), logs.CreateLogger<PlacementQueue>());
}
