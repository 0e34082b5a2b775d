using System.Text.Json;
using Holdfast.Orders.Storage;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Orders.Statistics;

/// <summary>
/// Keeps the daily statistics: each event of an order moves it from the row of its state before to the row of its state after. The moves of
/// a batch are added up first, so a thousand orders of a day cost a handful of rows.
/// </summary>
public sealed class StatisticsConsumer : IConsumer
{
    private readonly record struct Key(Guid StoreId, string Day, string Currency, string Status, string PaymentStatus);

    private record struct Sum(long Orders, long Total, long Captured, long Refunded);

    /// <summary>The name under which it gets its events.</summary>
    internal const string ConsumerName = "daily-statistics";

    public string Name => ConsumerName;

    /// <summary>Adds the moves of these events to the rows of their days.</summary>
    public async Task HandleAsync(Tx tx, IReadOnlyList<Event> events)
    {
        var sums = new Dictionary<Key, Sum>();
        foreach (var e in events)
        {
            if (e.Type.StartsWith("order.", StringComparison.Ordinal) || e.Type.StartsWith("payment.", StringComparison.Ordinal))
            {
                Move(sums, e);
            }
        }

        var rows = new RowSet("order_statistics", new("store_id", ColumnType.Uuid), new("day", ColumnType.Text),
            new("currency", ColumnType.Text),
            new("status", ColumnType.Text), new("payment_status", ColumnType.Text), new("orders", ColumnType.Long),
            new("total", ColumnType.Long),
            new("captured", ColumnType.Long), new("refunded", ColumnType.Long));
        foreach (var (key, sum) in sums.Where(s => s.Value != default).OrderBy(s => s.Key.StoreId)
            .ThenBy(s => (s.Key.Day, s.Key.Currency, s.Key.Status, s.Key.PaymentStatus)))
        {
            rows.Add(key.StoreId).Add(key.Day).Add(key.Currency).Add(key.Status).Add(key.PaymentStatus).Add(sum.Orders).Add(sum.Total)
                .Add(sum.Captured).Add(sum.Refunded);
        }

        var batch = tx.Batch();
        foreach (var storeId in sums.Keys.Select(k => k.StoreId).Distinct())
        {
            batch.Invalidate(OrderNames.Statistics(storeId), immediately: false);
            batch.Invalidate(OrderNames.Statistics(null), immediately: false);
        }

        batch.Insert(rows,
            "ON CONFLICT (store_id, day, currency, status, payment_status) DO UPDATE SET orders = order_statistics.orders + "
            + "excluded.orders, total = order_statistics.total + excluded.total, captured = order_statistics.captured + excluded.captured, "
            + "refunded = order_statistics.refunded + excluded.refunded");
        await batch.RunAsync();
    }

    private static void Move(Dictionary<Key, Sum> sums, Event e)
    {
        using var document = JsonDocument.Parse(e.Data);
        var order = document.RootElement;
        var after = new Key(e.StoreId, order.GetProperty("localDate").GetString()!, order.GetProperty("currency").GetString()!,
            order.GetProperty("status").GetString()!, order.GetProperty("paymentStatus").GetString()!);
        var total = order.GetProperty("total").GetInt64();
        Add(sums, after, new Sum(1, total, order.GetProperty("amountPaid").GetInt64(), order.GetProperty("amountRefunded").GetInt64()));
        if (e.Previous is null)
        {
            return;
        }

        using var before = JsonDocument.Parse($"{{{e.Previous}}}");
        var previous = before.RootElement;
        var was = after with
        {
            Status = previous.GetProperty("previousStatus").GetString()!,
            PaymentStatus = previous.GetProperty("previousPaymentStatus").GetString()!,
        };
        var paid = previous.GetProperty("previousAmountPaid").GetInt64();
        var refunded = previous.GetProperty("previousAmountRefunded").GetInt64();
        Add(sums, was, new Sum(-1, -total, -paid, -refunded));
    }

    private static void Add(Dictionary<Key, Sum> sums, Key key, Sum delta)
    {
        var sum = sums.GetValueOrDefault(key);
        sums[key] = new Sum(sum.Orders + delta.Orders, sum.Total + delta.Total, sum.Captured + delta.Captured, sum.Refunded
            + delta.Refunded);
    }
}
