
namespace Holdfast.Notifications.Core;

/// <summary>What the buyer of an order is told.</summary>
public enum Announcement
{
    /// <summary>It was placed; with the time to pay, where there is one.</summary>
    Placed,

    /// <summary>It is paid.</summary>
    Paid,

    /// <summary>The money came after the order had expired, and the order goes on all the same.</summary>
    PaidAfterAll,

    /// <summary>The money came for an order that is over; it goes back.</summary>
    PaidInVain,

    /// <summary>The shop goes on with it without having seen the money.</summary>
    Confirmed,
    Cancelled,

    /// <summary>Some of the goods cannot be had; the order goes on with the others.</summary>
    LinesCancelled,
    Expired,

    /// <summary>One shipment; a later one is told separately.</summary>
    Shipped,
    Delivered,

    /// <summary>A parcel came back, or was lost, before it reached the buyer.</summary>
    Undelivered,
    Refunded,
}
