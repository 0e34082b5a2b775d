using System.Text.Json.Nodes;
using Holdfast.Orders.Core;
using Holdfast.Orders.Storage;
using Holdfast.Platform.Messaging.Events;
using static Holdfast.Orders.Events.JsonSchemas;

namespace Holdfast.Orders.Events;

/// <summary>
/// The events that this module publishes. Their data is the order as <see cref="OrderJson"/> writes it, with the members of the previous
/// state.
/// </summary>
public static class OrderEventTypes
{
    /// <summary>By name, with what their data holds.</summary>
    public static readonly IReadOnlyList<EventType> All =
    [
        new("order.created",
            "an order was placed; free orders, and those on delivery that nobody has to confirm, are confirmed in it already, and "
            + "order.confirmed follows with the same data", "order", Data),
        new("order.updated",
            "address, phone, note, email or name have changed, staff have deleted it, or its buyer's account took it over or was closed",
            "order", Data),
        new("order.confirmed", "it is paid, or staff vouch for the money, or it is paid on delivery", "order", Data),
        new("order.cancelled", "it was cancelled; what it held is given back", "order", Data),
        new("order.lines_cancelled", "pieces that had not been shipped were cancelled, and the order goes on with the others", "order",
            Data),
        new("order.expired", "the time to pay was over; what it held is given back", "order", Data),
        new("order.shipped", "goods have left the house; each shipment tells so", "order", Data),
        new("order.delivered", "the goods have arrived", "order", Data),
        new("order.returned", "goods came back, undelivered where the reason says so; each return tells so", "order", Data),
        new("payment.succeeded", "money was recorded, in time or late (reason: late)", "order", Data),
        new("payment.failed", "a payment was tried and has failed; the order may still be paid", "order", Data),
    ];

    /// <summary>The messages of other systems; see <see cref="IncomingMessage"/>.</summary>
    public static readonly IReadOnlyList<EventType> Incoming =
    [
        new("payment.success", "money has come in; it confirms the order, or is resolved as late", "order", () => OpenSchema($$"""
            "orderId": {{Id}}, "amount": { "type": "integer", "minimum": 1 }, "currency": {{Text}}, "transactionId": {{Text}}
            """, $$"""
            "provider": {{Text}}
            """)),
        new("payment.failed", "a payment was tried and has failed", "order", () => OpenSchema($$"""
            "orderId": {{Id}}
            """, $$"""
            "amount": {{Amount}}, "currency": {{Text}}, "transactionId": {{Text}}, "reason": {{Text}}
            """)),
        new("inventory.reserve.result", "another stock keeper has the goods, or refuses them: then the order is cancelled", "order",
            () => OpenSchema($$"""
            "orderId": {{Id}}, "accepted": {{Flag}}
            """, $$"""
            "reason": {{Text}}
            """)),
    ];

    private static JsonObject Data()
    {
        // These come first in the document since its first release; others follow in the order of the table.
        string[] first = ["earnedPoints", "cancelledAmount", "cancelledPoints", "shippingTaxAmount", "discounts"];
        var served = OrderTable.Table.Members.ToLookup(m => m.IsOptional);
        var optional = served[true].OrderBy(m => System.Array.IndexOf(first, m.Name) is >= 0 and var i ? i : first.Length);
        return JsonNode.Parse(Object(Members(served[false]), $$"""
            {{Members(optional)}}, "previousStatus": {{Words<OrderStatus>(Names.Of)}},
            "previousPaymentStatus": {{Words<PaymentStatus>(Names.Of)}}, "previousAmountPaid": {{Amount}},
            "previousAmountRefunded": {{Amount}}, "reason": {{Text}}, "changed": {{Array(Text)}}
            """))!.AsObject();
    }

    private static JsonObject OpenSchema(string always, string optional)
    {
        var schema = JsonNode.Parse(Object(always, optional))!.AsObject();
        schema.Remove("additionalProperties");
        return schema;
    }
}
