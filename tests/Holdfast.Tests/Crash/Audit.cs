using Holdfast.Commands;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Crash;

/// <summary>Compares what the buyers were told with what a server serves, and with what the tables hold.</summary>
internal static class Audit
{
    private sealed record DocumentReading(Guid Id, string Number, string Status, string Email, long Created, long Keys);

    private sealed record Balance(Guid Variant, long OnHand, long Reserved, long HeldByOrders);

    /// <summary>Every acknowledged order is served, and its key, sent again, gets the same answer byte for byte.</summary>
    public static async Task ServedAsync(Rush rush, Uri server)
    {
        await Parallel.ForEachAsync(rush.Orders, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (order, _) =>
        {
            var (status, text) = await rush.GetAsync(server, $"/orders/{order.OrderId}", order.AccessKey, order.Token);
            Assert.True(status == 200 && text.Contains(order.OrderId.ToString(), StringComparison.Ordinal),
                $"{order.Key}: {status} {text}");
            var again = await rush.SendAsync(server, order.Path, order.Key, order.Body, null, default, order.Token);
            Assert.True(again is { Status: 201, Replayed: true }
                && again.Text == order.Text, $"{order.Key}: first {order.Text}, then {again.Status} {again.Text}");
        });
    }

    /// <summary>
    /// The tables hold the orders that were acknowledged and no others, one per key; stock is what was there at first and what live orders
    /// hold; no event is left over or was counted twice; every invariant holds. No server may change anything during the audit.
    /// </summary>
    /// <param name="stock">The pieces of each variant at the beginning.</param>
    public static async Task TablesAsync(Db db, Rush rush, params long[] stock)
    {
        Assert.Empty(rush.Wrong);
        var told = rush.Orders.GroupBy(o => o.Key).ToDictionary(g => g.Key, g => Assert.Single(g.Select(o => o.OrderId).Distinct()));
        var orders = await db.ReadAsync(s => s.QueryAsync(
            "SELECT o.id, o.number, o.status, o.customer_email, (SELECT COUNT(*) FROM events e WHERE e.subject = o.id AND e.type = "
            + "'order.created'), "
            + "(SELECT COUNT(*) FROM idempotency_keys k WHERE k.event_subject = o.id AND k.event_sequence = 1) FROM orders o WHERE "
            + "o.store_id = $1",
            r => new DocumentReading(r.Uuid(0), r.Text(1), r.Text(2), r.Text(3), r.Long(4), r.Long(5)), rush.Shop.StoreId));
        Assert.Empty(told.Values.Except(orders.Select(o => o.Id)));
        Assert.Empty(orders.Select(o => o.Id).Except(told.Values));
        Assert.Equal(told.Count, orders.Count);
        Assert.Equal(told.Count, told.Values.Distinct().Count());
        Assert.All(orders, o => Assert.Equal((1, 1), (o.Created, o.Keys)));

        var byId = orders.ToDictionary(o => o.Id);
        Assert.All(rush.Cancelled, c => Assert.Equal("cancelled", byId[Guid.Parse(c.Path.Split('/')[2])].Status));

        var balances = await db.ReadAsync(s => s.QueryAsync(
            "SELECT s.variant_id, s.on_hand, s.reserved, COALESCE((SELECT CAST(SUM(l.quantity) AS bigint) FROM order_lines l JOIN orders "
            + "o ON o.id = l.order_id "
            + "WHERE l.variant_id = s.variant_id AND o.status IN ('pending', 'confirmed')), 0) FROM stock s WHERE s.store_id = $1",
            r => new Balance(r.Uuid(0), r.Long(1), r.Long(2), r.Long(3)), rush.Shop.StoreId));
        Assert.Equal(stock.Length, balances.Count);
        Assert.All(balances, b =>
            Assert.Equal((stock[rush.Shop.Variants.ToList().IndexOf(b.Variant)], b.HeldByOrders), (b.OnHand, b.Reserved)));

        await VerifyAsync(db);
    }

    /// <summary>
    /// The code is used by the orders that live with it and by no more than it may be; each member has what those that live have left of
    /// the points.
    /// </summary>
    /// <param name="limit">Of the code.</param>
    /// <param name="points">What each had at the beginning.</param>
    public static async Task PromisesAsync(Db db, Rush rush, IEnumerable<Member> members, long limit, long points)
    {
        const string live = "status NOT IN ('cancelled', 'expired')";
        var uses = await rush.Shop.UsesAsync(Rush.DiscountCode);
        Assert.InRange(uses, 0, limit);
        Assert.Equal(await rush.Shop.CountAsync($"SELECT COUNT(*) FROM orders WHERE store_id = $1 AND discount_id IS NOT NULL AND {live}",
            rush.Shop.StoreId), uses);
        foreach (var member in members)
        {
            var balance = await rush.Shop.PointsAsync(member.Id);
            Assert.InRange(balance, 0, points);
            Assert.Equal(
                await rush.Shop.CountAsync(
                $"SELECT COALESCE(CAST(SUM(redeemed_points) AS bigint), 0) FROM orders WHERE customer_id = $1 AND {live}", member.Id),
                points - balance);
        }

        await VerifyAsync(db);
    }

    /// <summary>Every event has been handed on, and its consumer has counted it once.</summary>
    public static async Task HandedOnAsync(Db db, Rush rush)
    {
        await Until.TrueAsync("the outbox is empty",
            async () => await db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM outbox", r => r.Long(0))) == 0);
        var counted = await db.ReadAsync(s =>
            s.FirstAsync("SELECT COALESCE(CAST(SUM(orders) AS bigint), 0) FROM order_statistics WHERE store_id = $1", r => r.Long(0),
            rush.Shop.StoreId));
        Assert.Equal(rush.Orders.Select(o => o.OrderId).Distinct().Count(), counted);
    }

    /// <summary>What <c>holdfast verify</c> does.</summary>
    public static async Task VerifyAsync(Db db)
    {
        var output = new StringWriter();
        Assert.True(await Verify.RunAsync(db, withRepairs: false, output) == 0, output.ToString());
    }
}
