using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Notifications.Core;

/// <summary>Which event is told to the buyer, and as what.</summary>
public static class Announcements
{
    /// <summary>Null where there is nothing to tell: each step of an order is told once, by one of its events.</summary>
    public static Announcement? Of(string type, OrderEventData order) => type switch
    {
        // Cash and free orders are confirmed in it already; that order.confirmed which follows tells nothing new.
        "order.created" => Announcement.Placed,
        "order.confirmed" when order is { Before.PreviousStatus: "pending", PaymentStatus: not "paid" } => Announcement.Confirmed,
        "payment.succeeded" => OfMoney(order),
        "order.cancelled" => Announcement.Cancelled,
        "order.lines_cancelled" => Announcement.LinesCancelled,
        "order.expired" => Announcement.Expired,
        "order.shipped" => Announcement.Shipped,
        "order.delivered" => Announcement.Delivered,
        "order.returned" when order.Before.Reason == "undelivered" => Announcement.Undelivered,
        "payment.refunded" => Announcement.Refunded,
        _ => null,
    };

    /// <summary>Whether events of this type are always told, whatever they say.</summary>
    public static bool Always(string type) =>
        type is "order.created" or "order.cancelled" or "order.lines_cancelled" or "order.expired" or "order.shipped" or "order.delivered"
        or "payment.refunded";

    /// <summary>As <see cref="Of(string, OrderEventData)"/>; events that are not about an order are not read.</summary>
    public static (Announcement What, OrderEventData Order)? Of(Event e)
    {
        if (!Always(e.Type) && e.Type is not ("order.confirmed" or "payment.succeeded" or "order.returned"))
        {
            return null;
        }

        // Who has just confirmed it knows.
        if (e.Type == "order.confirmed" && (e.Actor == "guest" || e.Actor.StartsWith("customer:", StringComparison.Ordinal)))
        {
            return null;
        }

        var order = OrderEventData.Of(e);
        return Of(e.Type, order) is { } what ? (what, order) : null;
    }

    private static Announcement? OfMoney(OrderEventData order) => order switch
    {
        { Before.Reason: "late" } => Announcement.PaidInVain,
        // The courier took it at the door: delivery was told a moment ago.
        { PaymentMethod: "cash_on_delivery", Status: "delivered" } => null,
        { PaymentStatus: not "paid" } or { Before.PreviousPaymentStatus: "paid" } => null,
        { Status: "expired" } => Announcement.PaidAfterAll,
        _ => Announcement.Paid,
    };
}
