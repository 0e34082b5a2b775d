using Holdfast.Tests.Crash;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>Money that completes the total when the time is over is judged as if all of it had come then.</summary>
public abstract class LateMoneyTests(TestHost host)
{
    private TestServer Server => host.Server;

    /// <param name="inTime">Paid before the time is over.</param>
    /// <param name="late">Paid after it, one by one.</param>
    /// <param name="due">Back from all of it, once the last has come.</param>
    [Theory]
    [InlineData(new long[] { 400 }, new long[] { 600 }, 0)]
    [InlineData(new long[] { 100, 300 }, new long[] { 50, 50, 500 }, 0)]
    [InlineData(new long[] { }, new long[] { 400, 600 }, 0)]
    [InlineData(new long[] { 999 }, new long[] { 999 }, 998)]
    [InlineData(new long[] { 400 }, new long[] { 1000 }, 400)]
    [InlineData(new long[] { 1 }, new long[] { 1, 1200 }, 202)]
    public async Task Parts_that_come_to_the_total_confirm(long[] inTime, long[] late, long due)
    {
        foreach (var isSwept in new[] { true, false })
        {
            var shop = await Shop.CreateAsync(Server.Db, 1);
            var desk = new Desk(Server, shop);
            var order = await desk.PlaceAsync(shop.Body((0, 1)));
            foreach (var amount in inTime)
            {
                await desk.PayAsync(order, amount);
            }

            await desk.OverdueAsync(order);
            if (isSwept)
            {
                await Server.ExpireAsync(order.GetProperty("id").GetGuid());
            }

            foreach (var amount in late[..^1])
            {
                Assert.Equal("expired", (await desk.PayAsync(order, amount)).GetProperty("status").GetString());
            }

            var paid = inTime.Sum() + late.Sum();
            Assert.Equal(("confirmed", "paid", paid, due), Desk.State(await desk.PayAsync(order, late[^1])));
            Assert.Equal((1, 1), await shop.StockAsync());
            await Audit.VerifyAsync(Server.Db);

            // All of it, and no more, is due back when it is cancelled after all.
            Assert.Equal(("cancelled", "paid", paid, paid), Desk.State(await desk.DoAsync(order, "cancel")));
            await Audit.VerifyAsync(Server.Db);
        }
    }

    [Fact]
    public async Task Parts_are_due_back_where_the_goods_are_gone()
    {
        var shop = await Shop.CreateAsync(Server.Db, 1);
        var desk = new Desk(Server, shop);
        var order = await desk.PlaceAsync(shop.Body((0, 1)));
        await desk.PayAsync(order, 400);
        await desk.OverdueAsync(order);
        await Server.ExpireAsync(order.GetProperty("id").GetGuid());
        await desk.PlaceAsync(shop.Body((0, 1)));
        Assert.Equal(("expired", "paid", 1000, 1000), Desk.State(await desk.PayAsync(order, 600)));
        await Audit.VerifyAsync(Server.Db);
    }
}

public sealed class LateMoney_on_sqlite(SqliteHost host) : LateMoneyTests(host), IClassFixture<SqliteHost>;

public sealed class LateMoney_on_postgresql(PostgresHost host) : LateMoneyTests(host), IClassFixture<PostgresHost>;
