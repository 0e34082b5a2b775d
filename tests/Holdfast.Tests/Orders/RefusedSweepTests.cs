using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Orders;

/// <summary>
/// More changes of a store wait than may: the overdue orders whose expiry is refused are not left until the next sweep is due.
/// </summary>
public abstract class RefusedSweepTests(Backend backend)
{
    private const int Overdue = 24;
    private const int Capacity = 2;
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    [Fact]
    public async Task It_is_told_once_and_they_are_expired_soon()
    {
        await using var server = await TestServer.StartAsync(backend, services =>
        {
            var options = (OrderOptions)services.Last(s => s.ServiceType == typeof(OrderOptions)).ImplementationInstance!;
            services.AddSingleton(options with { QueueCapacity = Capacity, SweepEvery = Never });
        });
        var shop = await Shop.CreateAsync(server.Db, Overdue);
        for (var i = 0; i < Overdue; i++)
        {
            Assert.Equal(201, (await shop.OrderAsync(server.Guest)).Status);
        }

        await server.Db.WriteAsync(async tx =>
            await tx.ExecuteAsync("UPDATE orders SET expires_at = $1", (await tx.NowAsync()).AddSeconds(-1)));
        var sweep = server.Get<ExpirySweep>();
        await using (var holder = await server.Db.BeginAsync())
        {
            await holder.MayIdleAsync();
            await holder.ExecuteAsync("UPDATE stock SET on_hand = on_hand WHERE store_id = $1", shop.StoreId);
            sweep.Wake();
            await Until.TrueAsync("some are refused", () => Told(server) > 0);
        }

        await Until.TrueAsync("all are expired", async () =>
            await shop.CountAsync("SELECT COUNT(*) FROM orders WHERE status <> 'expired'") == 0, 60);
        Assert.Equal(1, Told(server));
        Assert.Equal((Overdue, 0L), await shop.StockAsync());
    }

    private static int Told(TestServer server) =>
        server.Log.Lines.Count(l => l.Contains("Overdue orders are not expired, because too many changes", StringComparison.Ordinal));
}

public sealed class RefusedSweep_on_sqlite() : RefusedSweepTests(Backend.Sqlite);

public sealed class RefusedSweep_on_postgresql() : RefusedSweepTests(Backend.Postgres);
