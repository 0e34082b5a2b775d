using System.Text.Json.Nodes;
using Holdfast.Orders.Core;
using Holdfast.Platform.Messaging;

namespace Holdfast.Orders;

/// <summary>
/// The events that this module tells others. Their data is the order as <see cref="OrderJson"/> writes it, with the members of the state
/// before.
/// </summary>
public static class OrderEventTypes
{
    private const string Amount = """{ "type": "integer", "minimum": 0 }""";
    private const string Id = """{ "type": "string", "format": "uuid" }""";
    private const string Time = """{ "type": "string", "format": "date-time" }""";
    private const string TimeOrNull = """{ "type": ["string", "null"], "format": "date-time" }""";
    private const string Text = """{ "type": "string" }""";
    private const string TextOrNull = """{ "type": ["string", "null"] }""";

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

    /// <summary>What other systems tell us; see <see cref="InboxMessage"/>.</summary>
    public static readonly IReadOnlyList<EventType> Incoming =
    [
        new("payment.success", "money has come in; it confirms the order, or is resolved as late", "order", () => Told($$"""
            "orderId": {{Id}}, "amount": { "type": "integer", "minimum": 1 }, "currency": {{Text}}, "transactionId": {{Text}}
            """, $$"""
            "provider": {{Text}}
            """)),
        new("payment.failed", "a payment was tried and has failed", "order", () => Told($$"""
            "orderId": {{Id}}
            """, $$"""
            "amount": {{Amount}}, "currency": {{Text}}, "transactionId": {{Text}}, "reason": {{Text}}
            """)),
        new("inventory.reserve.result", "another stock keeper has the goods, or refuses them: then the order is cancelled", "order",
            () => Told($$"""
            "orderId": {{Id}}, "accepted": { "type": "boolean" }
            """, $$"""
            "reason": {{Text}}
            """)),
    ];

    private static JsonObject Data()
    {
        var (statuses, payments, methods) = (Words<OrderStatus>(Names.Of), Words<PaymentStatus>(Names.Of), Words<PaymentMethod>(Names.Of));
        var pieces = $$"""{ "type": "array", "items": {{Members($$"""
            "variantId": {{Id}}, "quantity": {{Amount}}
            """, "")}} }""";
        var line = Members($$"""
            "variantId": {{Id}}, "productId": {{Id}}, "productName": {{Text}}, "sku": {{Text}}, "unitPrice": {{Amount}}, "quantity": {{Amount}}, "lineTotal": {{Amount}}
            """, $$"""
            "discountAmount": {{Amount}}, "taxAmount": {{Amount}}, "shippedQuantity": {{Amount}}, "returnedQuantity": {{Amount}}, "cancelledQuantity": {{Amount}},
            "undeliveredQuantity": {{Amount}}
            """);
        var fulfilment = Members($$"""
            "id": {{Id}}, "kind": { "enum": ["shipment", "return"] }, "carrier": {{TextOrNull}}, "trackingNumber": {{TextOrNull}}, "restocked": { "type": "boolean" }, "lines": {{pieces}}, "createdAt": {{Time}}
            """, "");
        var session = Members($$"""
            "expiresAt": {{Time}}, "durationMinutes": { "type": "number" }
            """, "");
        session = session.Replace("""{ "type": "object",""", """{ "type": ["object", "null"],""", StringComparison.Ordinal);
        var discount = Members($$"""
            "code": {{Text}}, "amount": {{Amount}}
            """, "");
        var customer = Members($$"""
            "email": {{Text}}, "name": {{TextOrNull}}
            """, "");
        return JsonNode.Parse(Members($$"""
            "id": {{Id}}, "number": {{Text}}, "storeId": {{Id}}, "customerId": {{Id}}, "status": {{statuses}}, "paymentStatus": {{payments}}, "paymentMethod": {{methods}},
            "lines": { "type": "array", "items": {{line}} },
            "subtotal": {{Amount}}, "discountCode": {{TextOrNull}}, "discountAmount": {{Amount}}, "redeemedPoints": {{Amount}}, "pointsDiscountPrice": {{Amount}}, "shippingFee": {{Amount}},
            "taxAmount": {{Amount}}, "taxIncluded": { "type": "boolean" }, "total": {{Amount}}, "currency": {{Text}}, "amountPaid": {{Amount}}, "amountRefunded": {{Amount}}, "refundDue": {{Amount}},
            "customer": {{customer}}, "locale": { "enum": ["vi", "en"] }, "deliveryAddress": { "type": ["object", "string"] }, "contactPhone": {{Text}},
            "expirationTime": {{TimeOrNull}}, "session": {{session}}, "localDate": { "type": "string", "format": "date" }, "createdAt": {{Time}}, "updatedAt": {{Time}}, "version": { "type": "integer", "minimum": 1 }
            """, $$"""
            "earnedPoints": {{Amount}}, "cancelledAmount": {{Amount}}, "cancelledPoints": {{Amount}}, "shippingTaxAmount": {{Amount}},
            "discounts": { "type": "array", "items": {{discount}} }, "note": {{Text}}, "metadata": { "type": "object", "additionalProperties": {{Text}} }, "externalId": {{Text}}, "deletedAt": {{Time}},
            "fulfilments": { "type": "array", "items": {{fulfilment}} },
            "previousStatus": {{statuses}}, "previousPaymentStatus": {{payments}}, "previousAmountPaid": {{Amount}}, "previousAmountRefunded": {{Amount}}, "reason": {{Text}},
            "changed": { "type": "array", "items": {{Text}} }
            """))!.AsObject();
    }

    private static JsonObject Told(string always, string optional)
    {
        var schema = JsonNode.Parse(Members(always, optional))!.AsObject();
        schema.Remove("additionalProperties");
        return schema;
    }

    private static string Words<T>(Func<T, string> name) where T : struct, Enum =>
        $$"""{ "enum": [{{string.Join(", ", Enum.GetValues<T>().Select(v => $"\"{name(v)}\""))}}] }""";

    /// <summary>An object with these members and no other; those of <paramref name="optional"/> may be missing.</summary>
    private static string Members(string always, string optional)
    {
        var required = JsonNode.Parse($"{{{always}}}")!.AsObject().Select(m => $"\"{m.Key}\"");
        return $$"""{ "type": "object", "additionalProperties": false, "required": [{{string.Join(", ", required)}}], "properties": { {{always}}{{(optional.Length > 0 ? $",{optional}" : "")}} } }""";
    }
}
