using System.Text.Json.Nodes;
using Holdfast.Inventory.Core;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Inventory;

/// <summary>The events that this module tells others.</summary>
public static class InventoryEvents
{
    /// <summary>By name, with what their data holds.</summary>
    public static readonly IReadOnlyList<EventType> All =
    [
        new("inventory.low", "what is available of a variant has fallen to its threshold", "variant", EventTypes.SchemaOf<StockView>),
        new("inventory.rejected", "the last piece of a variant is taken: a sell-out begins; a refused order writes nothing", "variant",
            EventTypes.SchemaOf<StockView>),
        new("inventory.shortfall", "an adjustment left less of a variant than is promised", "variant", EventTypes.SchemaOf<StockView>),
        new("inventory.restocked", "there is enough of a variant again after it was low, sold out or short", "variant",
            EventTypes.SchemaOf<StockView>),
        new("inventory.reserved", "a stand-alone reservation was made; what an order holds is told by the order's events", "reservation",
            ReservationData),
        new("inventory.released", "a stand-alone reservation was given back or has expired", "reservation", ReservationData),
        new("inventory.committed", "the goods of a stand-alone reservation have left the house, or an order took them over", "reservation",
            ReservationData),
    ];

    private static JsonObject ReservationData()
    {
        var schema = EventTypes.SchemaOf<Reservation>();
        schema["properties"]!["previousStatus"] = new JsonObject { ["enum"] = new JsonArray("active") };
        return schema;
    }
}
