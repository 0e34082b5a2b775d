using Holdfast.Orders.Core;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Orders.Placement;

/// <summary>The events of a placed order.</summary>
internal static class PlacedEvents
{
    /// <summary>The sequence of the last of them.</summary>
    public static int LastSequence(Order order) => order.Status == OrderStatus.Confirmed ? 2 : 1;

    /// <summary>A cash order and a free one are confirmed at once: both events are written, with the same bytes.</summary>
    public static void Add(EventLog events, Order order, string actor, byte[] body)
    {
        events.Add(new Event(order.Id, 1, "order.created", order.StoreId, order.CreatedAt, actor, null, body));
        if (order.Status == OrderStatus.Confirmed)
        {
            events.Add(new Event(order.Id, 2, "order.confirmed", order.StoreId, order.CreatedAt, actor, OrderEvents.Previous(order), body));
        }
    }
}
