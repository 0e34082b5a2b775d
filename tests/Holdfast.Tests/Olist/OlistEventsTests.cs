using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Messaging;

namespace Holdfast.Tests.Olist;

/// <summary>
/// What a consumer hears of the real orders, by every transport: the events that the orders' rows imply, no more and no less.
/// </summary>
[Slow]
public sealed class OlistEventsTests
{
    // What must have happened to an order, from what is kept of it apart from its events.
    private const string Implied =
        "SELECT 'order.created' AS type, COUNT(*) AS n FROM orders "
        + "UNION ALL SELECT 'payment.succeeded', COUNT(*) FROM payment_transactions "
        + "UNION ALL SELECT 'order.confirmed', COUNT(*) FROM orders WHERE status IN ('confirmed', 'partially_shipped', 'shipped', "
        + "'delivered', 'returned') OR (status = 'cancelled' AND amount_paid >= total) "
        + "UNION ALL SELECT 'order.shipped', COUNT(*) FROM fulfilments WHERE kind = 'shipment' "
        + "UNION ALL SELECT 'order.returned', COUNT(*) FROM fulfilments WHERE kind = 'return' "
        + "UNION ALL SELECT 'order.delivered', COUNT(*) FROM orders WHERE status IN ('delivered', 'returned') "
        + "UNION ALL SELECT 'order.cancelled', COUNT(*) FROM orders WHERE status = 'cancelled' "
        + "UNION ALL SELECT 'order.expired', COUNT(*) FROM orders WHERE status = 'expired'";

    private const string Listened =
        "SELECT e.type, COUNT(*) AS n FROM heard h JOIN events e ON e.subject = h.subject AND e.sequence = h.sequence JOIN orders o ON "
        + "o.id = e.subject GROUP BY e.type";

    [Theory]
    [InlineData(Backend.Sqlite, MessagingOptions.Outbox)]
    [InlineData(Backend.Postgres, MessagingOptions.RabbitMq)]
    [InlineData(Backend.Postgres, MessagingOptions.Kafka)]
    public async Task The_replay_is_heard_as_exactly_the_events_that_its_orders_imply(Backend backend, string way)
    {
        await using var brokered = await Brokered.StartAsync(backend, way);
        var server = await brokered.ServeAsync();
        var (data, plan) = await OlistReplayTests.TakeAsync(skip: 3000, count: 120);
        await OlistReplayTests.ImportAsync(server, data, plan);
        var tally = await OlistReplayTests.ReplayAsync(server, plan);
        Assert.Equal((plan.Orders.Count, 0), (tally.Placed, tally.Deviations));
        await brokered.AuditAsync();
        var implied = await CountsAsync(server.Db, Implied);
        Assert.Equal(plan.Orders.Count, implied["order.created"]);
        Assert.Contains("order.cancelled", implied.Keys);
        Assert.Equal(implied, await CountsAsync(server.Db, Listened));
    }

    private static async Task<SortedDictionary<string, long>> CountsAsync(Db db, string sql) =>
        new((await db.ReadAsync(s => s.QueryAsync(sql, r => (Type: r.Text(0), Count: r.Long(1))))).Where(c => c.Count > 0)
        .ToDictionary(c => c.Type, c => c.Count), StringComparer.Ordinal);
}
