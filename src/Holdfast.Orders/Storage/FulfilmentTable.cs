using System.Text.Json;
using Holdfast.Inventory.Core;
using Holdfast.Orders.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using static Holdfast.Orders.Events.JsonSchemas;
using static Holdfast.Platform.Data.Table<Holdfast.Orders.Core.Fulfilment>;

namespace Holdfast.Orders.Storage;

/// <summary>The table <c>fulfilments</c>, each column once, in the order of the members of a served fulfilment.</summary>
internal static class FulfilmentTable
{
    public static readonly Table<Fulfilment> Table = new("fulfilments", "f",
        Column("id", f => f.Id).Served("id", Id),
        Column("order_id", f => f.OrderId),
        Column("kind", f => f.Kind).Served("kind", """{ "enum": ["shipment", "return"] }"""),
        Column("carrier", f => f.Carrier).Served("carrier", TextOrNull),
        Column("tracking_number", f => f.TrackingNumber).Served("trackingNumber", TextOrNull),
        Column("restocked", f => f.Restocked).Served("restocked", Flag),
        Column("lines", f => f.Lines, (string json) => JsonSerializer.Deserialize<List<StockLine>>(json, Reply.Json)!,
            f => JsonSerializer.Serialize(f.Lines, Reply.Json))
            .Served("lines", Array(Object($$"""
            "variantId": {{Id}}, "quantity": {{Amount}}
            """)), isJson: true),
        Column("created_at", f => f.CreatedAt).Served("createdAt", Time));
}
