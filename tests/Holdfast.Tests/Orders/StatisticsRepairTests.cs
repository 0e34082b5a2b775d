using Holdfast.Commands;
using Holdfast.Orders.Statistics;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>The daily statistics are counted again while orders come in and change: nothing is counted twice or lost.</summary>
public abstract class StatisticsRepairTests(Backend backend)
{
    [Fact]
    public async Task Statistics_are_counted_anew_while_orders_come_in()
    {
        await using var server = await TestServer.StartAsync(backend);
        var shop = await Shop.CreateAsync(server.Db, 100_000);
        using var stop = new CancellationTokenSource();
        var buyers = Enumerable.Range(0, 4).Select(n => Task.Run(async () =>
        {
            for (var i = 0; i < 5 || !stop.IsCancellationRequested; i++)
            {
                var (status, order, _) = await shop.OrderAsync(server.Guest);
                Assert.Equal(201, status);
                if (i % 2 == n % 2)
                {
                    Assert.Equal(200,
                        (await Shop.PostAsync(server.Admin, $"/orders/{order.GetProperty("id").GetString()}/cancel", null)).Status);
                }
            }
        })).ToList();

        var repaired = 0;
        for (var i = 0; i < 5; i++)
        {
            await Until.TrueAsync("there are statistics", async () => await shop.CountAsync("SELECT COUNT(*) FROM order_statistics") > 0);
            await server.Db.WriteAsync(tx =>
                tx.ExecuteAsync(i % 2 == 0 ? "UPDATE order_statistics SET orders = orders + 7, captured = captured + 1"
                : "DELETE FROM order_statistics"));
            IReadOnlyList<string> lines = [];
            await Until.TrueAsync("nothing stands in the way", async () =>
            {
                lines = await server.Db.WriteAsync(StatisticsRepair.RunAsync);
                return !lines.Any(l => l.Contains("not counted", StringComparison.Ordinal));
            });
            repaired += lines.Count;
        }

        await stop.CancelAsync();
        await Task.WhenAll(buyers);
        Assert.Equal(5, repaired);
        await Until.TrueAsync("the events are handled",
            async () => await shop.CountAsync("SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM deliveries)") == 0);

        // The last repair was after the last damage: what was moved since must be right by now.
        using var output = new StringWriter();
        Assert.True(await Verify.RunAsync(server.Db, withRepairs: false, output) == 0, output.ToString());
        Assert.Empty(await server.Db.WriteAsync(StatisticsRepair.RunAsync));
    }
}

public sealed class StatisticsRepair_on_sqlite() : StatisticsRepairTests(Backend.Sqlite);

public sealed class StatisticsRepair_on_postgresql() : StatisticsRepairTests(Backend.Postgres);
