using Holdfast.Inventory.Core;
using Holdfast.Loyalty.Core;
using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>The cancellation of orders and of parts of orders: what they held is given back, and money for them becomes due back.</summary>
internal static class CancellationRules
{
    /// <summary>
    /// Cancels an order of which nothing has been shipped. Those who work for the store may also cancel the open lines of a shipped order.
    /// </summary>
    public static Error? Cancel(CancelCommand command, OrderAggregate file, LifecycleBooks books, DateTime now)
    {
        var order = file.Order;
        var isPartly = command.ByStore && order.Status == OrderStatus.PartiallyShipped;
        if (!isPartly && LifecycleRules.Illegal(order, OrderStatus.Cancelled) is { } illegal)
        {
            return illegal;
        }

        var chosen = Shipping.Choose(command.Lines, order, l => l.Open);
        if (!chosen.IsOk)
        {
            return chosen.Error;
        }

        var lines = order.Lines.Select(l => l with { Cancelled = l.Cancelled + Shipping.Of(chosen.Value, l.VariantId) }).ToList();
        if (lines.All(l => l.Live == 0))
        {
            CancelWhole(command, file, books, now);
            return null;
        }

        foreach (var (variantId, quantity) in chosen.Value)
        {
            books.Stock.Release(variantId, quantity, StockReasons.Cancelled, order.Id);
        }

        LetGo(file, order with { Lines = lines }, books, "order.lines_cancelled", command.Actor, command.Reason, now);
        if (file.Order.Status == OrderStatus.Pending && file.Order.Kept >= file.Order.Cost)
        {
            file.Become(file.Order with { Status = OrderStatus.Confirmed }, "order.confirmed", command.Actor, now);
        }

        return null;
    }

    /// <summary>
    /// Pieces have left the order: what was paid for them is due back, and what else they held goes back. Stock is the caller's.
    /// </summary>
    /// <param name="after">The order with its new lines.</param>
    public static void LetGo(OrderAggregate file, Order after, LifecycleBooks books, string type, string actor, string? reason,
        DateTime now)
    {
        var before = file.Order;
        after = Shares.Apply(after) with { Status = StatusOf(after) };
        books.Purchases.GiveBack(before.Lines, after.Lines, before.BuyerKeys);
        if (after.CancelledPoints > before.CancelledPoints)
        {
            var why = type == "order.returned" ? PointsReasons.Undelivered : PointsReasons.LinesCancelled;
            books.Points.GiveBack(before.CustomerId, before.StoreId, after.CancelledPoints - before.CancelledPoints, before.Id, why, now);
        }

        if (after.Status == OrderStatus.Returned)
        {
            GiveBackCodes(before, books);
        }

        var due = Money.ReturnExcess(file, after, type == "order.returned" ? "undelivered" : StockReasons.Cancelled, now);
        file.Become(after with { RefundDue = before.RefundDue + due }, type, actor, now, reason);
    }

    /// <summary>Gives back all that an order still holds.</summary>
    public static void GiveBack(OrderAggregate file, LifecycleBooks books, string reason, DateTime now)
    {
        var order = file.Order;
        foreach (var line in order.Lines.Where(l => l.Open > 0))
        {
            books.Stock.Release(line.VariantId, line.Open, reason, order.Id);
        }

        books.Purchases.GiveBack(order.Lines, order.BuyerKeys);
        GiveBackCodes(order, books);
        if (order.RedeemedPoints > order.CancelledPoints)
        {
            books.Points.GiveBack(order.CustomerId, order.StoreId, order.RedeemedPoints - order.CancelledPoints, order.Id, reason, now);
        }
    }

    private static void CancelWhole(CancelCommand command, OrderAggregate file, LifecycleBooks books, DateTime now)
    {
        GiveBack(file, books, StockReasons.Cancelled, now);
        var due = Money.ReturnAll(file, "cancelled", now);
        file.Become(file.Order with { Status = OrderStatus.Cancelled, RefundDue = file.Order.RefundDue + due }, "order.cancelled",
            command.Actor, now, command.Reason);
    }

    private static void GiveBackCodes(Order order, LifecycleBooks books)
    {
        foreach (var (code, _, _) in order.Discounts)
        {
            books.Discounts.GiveBack(code, order.Id, order.StoreId, order.BuyerKey, order.PhoneKey);
        }
    }

    /// <summary>Where an order stands by its lines, after some of its pieces have left it.</summary>
    private static OrderStatus StatusOf(Order order) =>
        order.Lines.All(l => l.Live == 0) ? OrderStatus.Returned
        : order.Lines.All(l => l.Open == 0) ? OrderStatus.Shipped
        : order.Lines.Any(l => l.Out > 0) ? OrderStatus.PartiallyShipped
        : order.Status == OrderStatus.Pending ? OrderStatus.Pending
        : OrderStatus.Confirmed;
}
