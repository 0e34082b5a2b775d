
namespace Holdfast.Orders.Core;

/// <summary>Where an order stands. The names are stored and served in snake_case.</summary>
public enum OrderStatus
{
    Pending,
    Confirmed,
    PartiallyShipped,
    Shipped,
    Delivered,
    Returned,
    Cancelled,
    Expired,
}
