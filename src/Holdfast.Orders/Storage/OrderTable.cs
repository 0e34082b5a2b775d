using System.Text.Json;
using Holdfast.Orders.Core;
using Holdfast.Orders.Customers;
using Holdfast.Orders.Events;
using Holdfast.Platform.Data;
using static Holdfast.Orders.Events.JsonSchemas;
using static Holdfast.Platform.Data.Table<Holdfast.Orders.Core.Order>;

namespace Holdfast.Orders.Storage;

/// <summary>
/// The table <c>orders</c>. Each column is described once; whatever reads, writes, serves, exports or erases orders goes by this. The
/// columns are in the order of the members of a served order. Lines and fulfilments are tables of their own.
/// </summary>
internal static class OrderTable
{
    private const string Removed = "-";

    public static readonly Table<Order> Table = new("orders", "o",
        Column("id", o => o.Id).Key().Served("id", Id).Exported(1, "order_id"),
        Column("number", o => o.Number).Served("number", Text).Exported(2),
        Column("store_id", o => o.StoreId).Served("storeId", Id).Exported(4),
        Column("customer_id", o => o.CustomerId).Changes().Served("customerId", Id).Exported(9),
        Column("is_guest", o => o.IsGuest).Changes(),
        Column("status", o => o.Status, Names.Status, o => Names.Of(o.Status)).Guards()
            .Served("status", Words<OrderStatus>(Names.Of)).Exported(6),
        Column("payment_status", o => o.PaymentFailed, (string s) => s == Names.Of(PaymentStatus.Failed), o => Names.Of(o.PaymentStatus))
            .Changes().Served("paymentStatus", Words<PaymentStatus>(Names.Of)).Exported(7),
        Column("payment_method", o => o.PaymentMethod, Names.Method, o => Names.Of(o.PaymentMethod))
            .Served("paymentMethod", Words<PaymentMethod>(Names.Of)).Exported(8),
        Made("lines", Array(Of(OrderLineTable.Table)), OrderJson.WriteLines),
        Column("subtotal", o => o.Subtotal).Served("subtotal", Amount).Exported(16),
        Column("discount_id", o => o.DiscountId),
        Column("discount_code", o => o.DiscountCode).Served("discountCode", TextOrNull).Exported(17),
        Column("discount_amount", o => o.DiscountAmount).Served("discountAmount", Amount).Exported(19),
        Column("second_discount_id", o => o.SecondDiscountId),
        Column("second_discount_code", o => o.SecondDiscountCode).Exported(18),
        Column("second_discount_amount", o => o.SecondDiscountAmount),
        Made("discounts", OrderJson.DiscountsSchema, OrderJson.WriteDiscounts, optional: true),
        Column("redeemed_points", o => o.RedeemedPoints).Served("redeemedPoints", Amount).Exported(23),
        Column("points_discount", o => o.PointsDiscountPrice).Served("pointsDiscountPrice", Amount).Exported(24),
        Column("earned_points", o => o.EarnedPoints).Changes().Later().Served("earnedPoints", Amount, optional: true),
        Column("shipping_fee", o => o.ShippingFee).Served("shippingFee", Amount).Exported(20),
        Column("tax_amount", o => o.TaxAmount).Served("taxAmount", Amount).Exported(22),
        Column("shipping_tax", o => o.ShippingTax).Served("shippingTaxAmount", Amount, optional: true).Exported(21),
        Column("tax_included", o => o.TaxIncluded).Served("taxIncluded", Flag),
        Column("total", o => o.Total).Served("total", Amount).Exported(25),
        Column("cancelled_amount", o => o.CancelledAmount).Changes().Later().Served("cancelledAmount", Amount, optional: true).Exported(29),
        Column("cancelled_points", o => o.CancelledPoints).Changes().Later().Served("cancelledPoints", Amount, optional: true),
        Column("currency", o => o.Currency).Served("currency", Text).Exported(15),
        Column("amount_paid", o => o.AmountPaid).Changes().Served("amountPaid", Amount).Exported(26),
        Column("amount_refunded", o => o.AmountRefunded).Changes().Served("amountRefunded", Amount).Exported(27),
        Column("refund_due", o => o.RefundDue).Changes().Served("refundDue", Amount).Exported(28),
        Made("customer", OrderJson.CustomerSchema, OrderJson.WriteCustomer).Personal(),
        Column("customer_email", o => o.CustomerEmail).Changes().Exported(10).Personal(standIn => standIn),
        Column("customer_name", o => o.CustomerName).Changes().Exported(11).Personal(),
        Column("locale", o => o.Locale).Served("locale", """{ "enum": ["vi", "en"] }"""),
        Column("delivery_address", o => o.DeliveryAddress).Changes().Exported(13).Personal(_ => $"\"{Removed}\"")
            .Served("deliveryAddress", """{ "type": ["object", "string"] }""", isJson: true),
        Column("contact_phone", o => o.ContactPhone).Changes().Served("contactPhone", Text).Exported(12).Personal(_ => Removed),
        Column("note", o => o.Note).Changes().Served("note", Text, optional: true).Exported(14).Personal(),
        Column("metadata", o => o.Metadata).Personal()
            .Served("metadata", $$"""{ "type": "object", "additionalProperties": {{Text}} }""", optional: true, isJson: true),
        Column("external_id", o => o.ExternalId).Served("externalId", Text, optional: true).Exported(3),
        Column("expires_at", o => o.ExpiresAt).Served("expirationTime", TimeOrNull),
        Column("duration_seconds", o => o.DurationSeconds),
        Made("session", OrderJson.SessionSchema, OrderJson.WriteSession),
        Column("local_date", o => o.LocalDate).Served("localDate", """{ "type": "string", "format": "date" }"""),
        Column("created_at", o => o.CreatedAt).Served("createdAt", Time).Exported(5),
        Column("updated_at", o => o.UpdatedAt).Changes().Served("updatedAt", Time).Exported(30),
        Column("deleted_at", o => o.DeletedAt).Changes().Served("deletedAt", Time, optional: true).Exported(31),
        Made("fulfilments", Array(Of(FulfilmentTable.Table)), OrderJson.WriteFulfilments, optional: true),
        Column("version", o => o.Version).Guards().Served("version", """{ "type": "integer", "minimum": 1 }"""),
        Column("hidden", o => o.Hidden).Changes(),
        Column("event_sequence", o => o.EventSequence).Changes(),
        Column("edits", o => o.Edits).Changes().Later(),
        Written("quantity", o => o.Quantity).Changes(),
        // Only where something is counted under them.
        Column("buyer_keys", o => o.BuyerKeys, (string? keys) => keys?.Split(' ') ?? [],
            o => o.DiscountId is not null || o.Lines.Any(l => l.Limited) ? string.Join(' ', o.BuyerKeys) : null)
            .Personal<IReadOnlyList<string>>(standIn => [standIn]),
        Written("email_hash", o => o.Buyer?.Who).Personal(),
        Written("phone_hash", o => o.Buyer?.Phone).Personal(),
        Written("client_hash", o => o.Client is { } client ? BuyerHash.OfClient(client) : (long?)null).Personal(),
        // Earlier releases wrote it.
        Written("address_hash", _ => (long?)null).Later().Personal());

    /// <summary>Writes the columns that may change during an order's life.</summary>
    public static readonly TableChange<Order> Change = Table.Change();

    /// <summary>As <see cref="Change"/>, with everything personal.</summary>
    public static readonly TableChange<Order> Erasure = Table.Change(also: c => c.IsPersonal);

    /// <summary>Writes the members of an order.</summary>
    public static readonly Action<Utf8JsonWriter, Order> WriteMembers = Table.Writer();

    /// <summary>The names of the members that are personal.</summary>
    public static readonly IReadOnlyList<string> PersonalMembers =
        [.. Table.All.Where(c => c.IsPersonal).Select(c => c.Member?.Name).OfType<string>()];

    /// <summary>Returns the order without its buyer.</summary>
    /// <param name="standIn">The email of the closed account.</param>
    public static Order Erased(Order order, string standIn)
    {
        var erased = order with { };
        Table.Erase(erased, standIn);
        return erased;
    }
}
