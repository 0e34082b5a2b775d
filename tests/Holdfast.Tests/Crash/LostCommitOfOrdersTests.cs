using Holdfast.Orders;
using Holdfast.Orders.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Crash;

/// <summary>The connection is cut exactly at the COMMIT of a batch of orders.</summary>
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
        using var logs = LoggerFactory.Create(l => l.AddProvider(log));
        await using var queue = new PlacementQueue(db, new OrderOptions(), new OrderNumbers(TimeProvider.System), new RelayBell(), logs.CreateLogger<PlacementQueue>());
        Assert.True((await queue.PlaceAsync(shop.Placing())).IsOk);

        proxy.Next(cut);
        var placings = Enumerable.Range(0, Orders).Select(i => shop.Placing(email: $"buyer{i}@example.com")).ToList();
        var placed = await Task.WhenAll(placings.Concat(placings).Select(queue.PlaceAsync));
        Assert.All(placed, p => Assert.True(p.IsOk, p.Error?.Code));
        Assert.Contains(log.Lines, l => l.Contains("The answer to COMMIT of", StringComparison.Ordinal));
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
}
