using System.Text.Json.Nodes;
using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>Points begin to be earned while orders are being delivered.</summary>
public sealed class ProgramRaceTests(PostgresHost host) : IClassFixture<PostgresHost>
{
    private static readonly CancellationToken Never = CancellationToken.None;

    private Db Db => host.Server.Db;

    [Fact]
    public async Task A_program_that_begins_to_give_points_while_a_batch_waits_fails_no_delivery()
    {
        var (shop, spender, other) = (await Shop.CreateAsync(Db, 20), Guid.CreateVersion7(), Guid.CreateVersion7());
        await shop.AddProgramAsync(0, 1);
        await TestServer.AddCustomerAsync(Db, spender);
        await shop.GivePointsAsync(spender, 100);
        var (first, spent, plain) = (await ShippedAsync(shop, spender, 0), await ShippedAsync(shop, spender, 10),
            await ShippedAsync(shop, other, 0));
        var queue = host.Server.Get<ChangeQueue>();

        // The first waits in a batch of its own; the two that come during it make the next one, which waits for the spender's points.
        var (order, points) = (new TaskCompletionSource(), new TaskCompletionSource());
        var holdingOrder = HoldAsync($"SELECT 1 FROM orders WHERE id = '{first}' FOR UPDATE", order.Task);
        var holdingPoints = HoldAsync($"SELECT 1 FROM points_accounts WHERE customer_id = '{spender}' FOR UPDATE", points.Task);
        await Until.TrueAsync("both are held", async () => await CountAsync("state = 'idle in transaction' AND query LIKE '%FOR UPDATE'")
            == 2);
        var delivering = new List<Task<Result<Holdfast.Orders.Lifecycle.ChangeResult>>> { DeliverAsync(first) };
        await Until.TrueAsync("it waits for the order", async () => await CountAsync("wait_event_type = 'Lock'") == 1);
        delivering.AddRange([DeliverAsync(spent), DeliverAsync(plain)]);
        order.SetResult();
        await holdingOrder;
        await Until.TrueAsync("the two wait for the points", async () => delivering[0].IsCompleted
            && await CountAsync("wait_event_type = 'Lock' AND query LIKE '%points_accounts%'") == 1);
        await Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE loyalty_programs SET amount_per_point = 100 WHERE store_id = $1", shop.StoreId));
        points.SetResult();
        await holdingPoints;
        Assert.All(await Task.WhenAll(delivering), d => Assert.True(d.IsOk, d.Error?.English));
        Assert.Equal(10,
            await Db.ReadAsync(s => s.FirstAsync("SELECT balance FROM points_accounts WHERE customer_id = $1", r => r.Long(0), other)));

        Task<Result<Holdfast.Orders.Lifecycle.ChangeResult>> DeliverAsync(Guid id) =>
            queue.ChangeAsync(new ChangeRequest(new DeliverCommand(id, shop.StoreId, "test", Guid.CreateVersion7()), null));
    }

    private async Task<Guid> ShippedAsync(Shop shop, Guid customer, long points)
    {
        var body = shop.Body((0, 1));
        body.Remove("customer");
        body["redeemPoints"] = points;
        var (status, order, _) = await shop.OrderAsync(host.Server.Customer(customer), body);
        Assert.True(status == 201, order.ToString());
        var id = order.GetProperty("id").GetGuid();
        await Shop.PostAsync(host.Server.Admin, $"/orders/{id}/payments", new JsonObject
        {
            ["transactionId"] = $"{id}",
            ["amount"] = order.GetProperty("total").GetInt64(),
            ["currency"] = "VND",
            ["provider"] = "bank",
        });
        Assert.Equal(200, (await Shop.PostAsync(host.Server.Admin, $"/orders/{id}/ship", null)).Status);
        return id;
    }

    private Task HoldAsync(string sql, Task until) => Db.WriteAsync(async tx =>
    {
        await tx.MayIdleAsync();
        await tx.QueryAsync(sql, r => r.Int(0));
        await until;
    }, Never);

    private Task<long> CountAsync(string where) =>
        Db.ReadAsync(s =>
        s.FirstAsync($"SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND {where}", r => r.Long(0)));
}
