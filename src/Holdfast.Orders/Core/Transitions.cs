
namespace Holdfast.Orders.Core;

/// <summary>The table of legal transitions; anything else is refused.</summary>
public static class Transitions
{
    private static readonly Dictionary<OrderStatus, OrderStatus[]> Legal = new()
    {
        [OrderStatus.Pending] = [OrderStatus.Confirmed, OrderStatus.Cancelled, OrderStatus.Expired],
        [OrderStatus.Confirmed] = [OrderStatus.PartiallyShipped, OrderStatus.Shipped, OrderStatus.Cancelled],
        // Where all that was shipped comes back undelivered and something is still open, it is confirmed again:
        // see CancellationRules.StatusOf.
        [OrderStatus.PartiallyShipped] = [OrderStatus.PartiallyShipped, OrderStatus.Shipped, OrderStatus.Returned],
        [OrderStatus.Shipped] = [OrderStatus.Delivered, OrderStatus.Returned],
        [OrderStatus.Delivered] = [OrderStatus.Returned],
        [OrderStatus.Returned] = [],
        [OrderStatus.Cancelled] = [],
        // Only by a late payment: see Money.Pay.
        [OrderStatus.Expired] = [OrderStatus.Confirmed],
    };

    public static bool IsLegal(OrderStatus from, OrderStatus to) => Legal[from].Contains(to);
}
