using Holdfast.Inventory.Core;
using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>The rules for goods that leave, arrive and come back.</summary>
internal static class Shipping
{
    public static Error? Ship(ShipCommand ship, OrderAggregate file, LifecycleBooks books, DateTime now)
    {
        // Whoever sends goods out that are paid on delivery has confirmed the order.
        if (file.Order is { Status: OrderStatus.Pending, PaymentMethod: PaymentMethod.CashOnDelivery }
            && LifecycleRules.Confirm(new ConfirmCommand(file.Order.Id, file.Order.StoreId, ship.Actor), file, now) is { } refusal)
        {
            return refusal;
        }

        var order = file.Order;
        if (LifecycleRules.Illegal(order, OrderStatus.Shipped) is { } illegal)
        {
            return illegal;
        }

        var chosen = Choose(ship.Lines, order, l => l.Open);
        if (!chosen.IsOk)
        {
            return chosen.Error;
        }

        var quantities = chosen.Value;
        var missing = quantities.Where(q => !books.Holds.Covers(books.Stock, q.VariantId, order.Id, q.Quantity)).Select(q => q.VariantId)
            .ToList();
        if (missing.Count > 0)
        {
            return OrderErrors.OrderIsShort(missing);
        }

        foreach (var (variantId, quantity) in quantities)
        {
            books.Stock.Ship(variantId, quantity, StockReasons.Shipped, order.Id);
        }

        var lines = order.Lines.Select(l => l with { Shipped = l.Shipped + Of(quantities, l.VariantId) }).ToList();
        var status = lines.All(l => l.Open == 0) ? OrderStatus.Shipped : OrderStatus.PartiallyShipped;
        var shipment = new Fulfilment(ship.FulfilmentId, "shipment", ship.Carrier, ship.TrackingNumber, false, quantities, now);
        file.Become(order with { Status = status, Lines = lines, Fulfilments = [.. order.Fulfilments, shipment] }, "order.shipped",
            ship.Actor, now);
        return null;
    }

    public static Error? Deliver(DeliverCommand deliver, OrderAggregate file, LifecycleBooks books, DateTime now)
    {
        if (LifecycleRules.Illegal(file.Order, OrderStatus.Delivered) is { } illegal)
        {
            return illegal;
        }

        var earned = file.Order.IsGuest ? 0 : Earned(file.Order, books);
        if (earned > 0)
        {
            books.Points.Earn(file.Order.CustomerId, file.Order.StoreId, earned, file.Order.Id, now);
        }

        file.Become(file.Order with { Status = OrderStatus.Delivered, EarnedPoints = earned }, "order.delivered", deliver.Actor, now);
        Money.Collect(deliver, file, now);
        return null;
    }

    public static Error? Return(ReturnCommand back, OrderAggregate file, LifecycleBooks books, DateTime now)
    {
        var order = file.Order;
        if (LifecycleRules.Illegal(order, OrderStatus.Returned) is { } illegal)
        {
            return illegal;
        }

        var chosen = Choose(back.Lines, order, l => l.Out);
        if (!chosen.IsOk)
        {
            return chosen.Error;
        }

        foreach (var (variantId, quantity) in back.Restock ? chosen.Value : [])
        {
            books.Stock.Restock(variantId, quantity, order.Id);
        }

        var row = new Fulfilment(back.FulfilmentId, "return", null, null, back.Restock, chosen.Value, now);
        if (order.Status != OrderStatus.Delivered)
        {
            var undelivered = order.Lines.Select(l => l with { Undelivered = l.Undelivered + Of(chosen.Value, l.VariantId) }).ToList();
            CancellationRules.LetGo(file, order with { Lines = undelivered, Fulfilments = [.. order.Fulfilments, row] }, books,
                "order.returned",
                back.Actor, "undelivered", now);
            return null;
        }

        // Until everything is back the order stays delivered; what came back is on its lines.
        var lines = order.Lines.Select(l => l with { Returned = l.Returned + Of(chosen.Value, l.VariantId) }).ToList();
        var status = lines.All(l => l.Out == 0) ? OrderStatus.Returned : order.Status;
        var next = order with { Status = status, Lines = lines, Fulfilments = [.. order.Fulfilments, row] };
        file.Become(next with { EarnedPoints = order.EarnedPoints - TakeBack(order, next, books) }, "order.returned", back.Actor, now);
        return null;
    }

    private static long Earned(Order order, LifecycleBooks books) =>
        books.Points.Program(order.StoreId) is { AmountPerPoint: > 0 } program ? order.GoodsKept / program.AmountPerPoint : 0;

    /// <summary>
    /// Takes back the points that were earned for returned goods, in proportion, except lapsed points. Returns the number of points.
    /// </summary>
    private static long TakeBack(Order before, Order after, LifecycleBooks books)
    {
        if (before.EarnedPoints == 0 || before.GoodsKept == 0)
        {
            return 0;
        }

        var earned = books.Points.NotLapsed(before.CustomerId, before.StoreId, before.Id, before.EarnedPoints);
        var back = earned - (long)((Int128)earned * after.GoodsKept / before.GoodsKept);
        books.Points.TakeBack(before.CustomerId, before.StoreId, back, before.Id);
        return back;
    }

    /// <summary>The lines that were named, or all that is open; a variant once.</summary>
    internal static Result<List<StockLine>> Choose(IReadOnlyList<StockLine>? named, Order order, Func<OrderLine, long> open)
    {
        var chosen = named is null
            ? order.Lines.Where(l => open(l) > 0).Select(l => new StockLine(l.VariantId, open(l))).ToList()
            : named.GroupBy(l => l.VariantId).Select(g => new StockLine(g.Key, g.Sum(l => l.Quantity))).ToList();
        foreach (var (variantId, quantity) in chosen)
        {
            var available = order.Lines.Where(l => l.VariantId == variantId).Sum(open);
            if (quantity > available)
            {
                return OrderErrors.QuantityTooLarge(variantId, available);
            }
        }

        return chosen;
    }

    internal static long Of(List<StockLine> lines, Guid variantId) => lines.Where(l => l.VariantId == variantId).Sum(l => l.Quantity);
}
