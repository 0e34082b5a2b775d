using System.Text.Json;
using Holdfast.Inventory.Core;
using Holdfast.Orders.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;

namespace Holdfast.Orders;

/// <summary>Orders and what hangs on them, as rows: read in one round trip, written set-based.</summary>
internal static class OrderRows
{
    public const string Columns =
        "o.id, o.number, o.store_id, o.customer_id, o.is_guest, o.customer_email, o.customer_name, o.status, o.payment_method, o.currency, "
        + "o.subtotal, o.total, o.amount_paid, o.amount_refunded, o.refund_due, o.delivery_address, o.contact_phone, o.note, o.metadata, "
        + "o.external_id, o.duration_seconds, o.expires_at, o.local_date, o.created_at, o.updated_at, o.deleted_at, o.hidden, o.version, "
        + "o.event_sequence, o.discount_id, o.discount_code, o.discount_amount, o.shipping_fee, o.tax_amount, o.tax_included, "
        + "o.redeemed_points, o.points_discount, o.earned_points, o.locale, o.payment_status, o.cancelled_amount, o.cancelled_points, "
        + "o.buyer_keys, o.second_discount_id, o.second_discount_code, o.second_discount_amount, o.shipping_tax, o.edits";

    public static readonly Func<Row, Order> Map = r => new Order
    {
        Id = r.Uuid(0),
        Number = r.Text(1),
        StoreId = r.Uuid(2),
        CustomerId = r.Uuid(3),
        IsGuest = r.Bool(4),
        CustomerEmail = r.Text(5),
        CustomerName = r.TextOrNull(6),
        BuyerKeys = r.TextOrNull(42) is { } keys ? keys.Split(' ')
            : [Identity.Emails.Key(r.Text(5)) ?? r.Text(5).Trim().ToLowerInvariant()],
        Status = Names.Status(r.Text(7)),
        PaymentMethod = Names.Method(r.Text(8)),
        Currency = r.Text(9),
        Lines = [],
        Subtotal = r.Long(10),
        Total = r.Long(11),
        AmountPaid = r.Long(12),
        AmountRefunded = r.Long(13),
        RefundDue = r.Long(14),
        DeliveryAddress = r.Text(15),
        ContactPhone = r.Text(16),
        Note = r.TextOrNull(17),
        Metadata = r.TextOrNull(18),
        ExternalId = r.TextOrNull(19),
        DurationSeconds = r.LongOrNull(20),
        ExpiresAt = r.TimeOrNull(21),
        LocalDate = r.Text(22),
        CreatedAt = r.Time(23),
        UpdatedAt = r.Time(24),
        DeletedAt = r.TimeOrNull(25),
        Hidden = r.Bool(26),
        Version = r.Int(27),
        EventSequence = r.Int(28),
        DiscountId = r.UuidOrNull(29),
        DiscountCode = r.TextOrNull(30),
        DiscountAmount = r.Long(31),
        ShippingFee = r.Long(32),
        TaxAmount = r.Long(33),
        TaxIncluded = r.Bool(34),
        RedeemedPoints = r.Long(35),
        PointsDiscountPrice = r.Long(36),
        EarnedPoints = r.Long(37),
        Locale = r.Text(38),
        PaymentFailed = r.Text(39) == Names.Of(PaymentStatus.Failed),
        CancelledAmount = r.Long(40),
        CancelledPoints = r.Long(41),
        SecondDiscountId = r.UuidOrNull(43),
        SecondDiscountCode = r.TextOrNull(44),
        SecondDiscountAmount = r.Long(45),
        ShippingTax = r.Long(46),
        Edits = r.Int(47),
    };

    /// <summary>Lines and fulfilments of orders, to be put together by <see cref="Assemble"/> after the batch has run.</summary>
    public static (Fetched<(Guid OrderId, OrderLine Line)> Lines, Fetched<(Guid OrderId, Fulfilment Fulfilment)> Fulfilments) Details(
        StatementBatch batch, Guid[] ids) => (
        batch.Query(
        "SELECT order_id, variant_id, product_id, product_name, sku, unit_price, quantity, shipped, returned, limited, discount, tax, "
        + "cancelled, undelivered FROM order_lines WHERE order_id {in $1} ORDER BY order_id, position",
            r => (r.Uuid(0), new OrderLine(r.Uuid(1), r.Uuid(2), r.Text(3), r.Text(4), r.Long(5), r.Long(6), r.Long(7), r.Long(8),
                r.Bool(9), r.Long(10), r.Long(11),
                r.Long(12), r.Long(13))), ids),
        batch.Query(
        "SELECT order_id, id, kind, carrier, tracking_number, restocked, lines, created_at FROM fulfilments WHERE order_id {in $1} ORDER "
        + "BY order_id, id",
            r => (r.Uuid(0),
            new Fulfilment(r.Uuid(1), r.Text(2), r.TextOrNull(3), r.TextOrNull(4), r.Bool(5), ReadLines(r.Text(6)), r.Time(7))), ids));

    public static IEnumerable<Order> Assemble(IEnumerable<Order> orders, IEnumerable<(Guid OrderId, OrderLine Line)> lines,
        IEnumerable<(Guid OrderId, Fulfilment Fulfilment)> fulfilments)
    {
        var linesOf = lines.ToLookup(l => l.OrderId, l => l.Line);
        var fulfilmentsOf = fulfilments.ToLookup(f => f.OrderId, f => f.Fulfilment);
        return orders.Select(o => o with { Lines = [.. linesOf[o.Id]], Fulfilments = [.. fulfilmentsOf[o.Id]] });
    }

    /// <summary>Whole orders by id, unlocked; those that are not there are missing.</summary>
    public static async Task<List<Order>> ReadAsync(Session session, Guid[] ids)
    {
        var batch = session.Batch();
        var orders = batch.Query($"SELECT {Columns} FROM orders o WHERE o.id {{in $1}}", Map, ids);
        var (lines, fulfilments) = Details(batch, ids);
        await batch.RunAsync().ConfigureAwait(false);
        return [.. Assemble(orders.Rows, lines.Rows, fulfilments.Rows)];
    }

    public static RowSet Orders() =>
        new("orders", new("id", ColumnType.Uuid), new("number", ColumnType.Text), new("store_id", ColumnType.Uuid),
        new("customer_id", ColumnType.Uuid), new("is_guest", ColumnType.Bool), new("customer_email", ColumnType.Text),
        new("customer_name", ColumnType.Text),
        new("status", ColumnType.Text), new("payment_status", ColumnType.Text), new("payment_method", ColumnType.Text),
        new("currency", ColumnType.Text),
        new("subtotal", ColumnType.Long), new("total", ColumnType.Long), new("amount_paid", ColumnType.Long),
        new("amount_refunded", ColumnType.Long),
        new("refund_due", ColumnType.Long), new("delivery_address", ColumnType.Text), new("contact_phone", ColumnType.Text),
        new("note", ColumnType.Text),
        new("metadata", ColumnType.Text), new("external_id", ColumnType.Text), new("duration_seconds", ColumnType.Long),
        new("expires_at", ColumnType.Time),
        new("local_date", ColumnType.Text), new("created_at", ColumnType.Time), new("updated_at", ColumnType.Time),
        new("deleted_at", ColumnType.Time),
        new("hidden", ColumnType.Bool), new("version", ColumnType.Int), new("event_sequence", ColumnType.Int),
        new("discount_id", ColumnType.Uuid),
        new("discount_code", ColumnType.Text), new("discount_amount", ColumnType.Long), new("shipping_fee", ColumnType.Long),
        new("tax_amount", ColumnType.Long),
        new("tax_included", ColumnType.Bool), new("redeemed_points", ColumnType.Long), new("points_discount", ColumnType.Long),
        new("email_hash", ColumnType.Long),
        new("phone_hash", ColumnType.Long), new("quantity", ColumnType.Long), new("locale", ColumnType.Text),
        new("buyer_keys", ColumnType.Text),
        new("client_hash", ColumnType.Long), new("second_discount_id", ColumnType.Uuid), new("second_discount_code", ColumnType.Text),
        new("second_discount_amount", ColumnType.Long), new("shipping_tax", ColumnType.Long));

    public static void Add(RowSet rows, Order o) => rows.Add(o.Id).Add(o.Number).Add(o.StoreId).Add(o.CustomerId).Add(o.IsGuest)
        .Add(o.CustomerEmail)
        .Add(o.CustomerName).Add(Names.Of(o.Status)).Add(Names.Of(o.PaymentStatus)).Add(Names.Of(o.PaymentMethod)).Add(o.Currency)
        .Add(o.Subtotal).Add(o.Total)
        .Add(o.AmountPaid).Add(o.AmountRefunded).Add(o.RefundDue).Add(o.DeliveryAddress).Add(o.ContactPhone).Add(o.Note).Add(o.Metadata)
        .Add(o.ExternalId)
        .Add(o.DurationSeconds).Add(o.ExpiresAt).Add(o.LocalDate).Add(o.CreatedAt).Add(o.UpdatedAt).Add(o.DeletedAt).Add(o.Hidden)
        .Add(o.Version)
        .Add(o.EventSequence).Add(o.DiscountId).Add(o.DiscountCode).Add(o.DiscountAmount).Add(o.ShippingFee).Add(o.TaxAmount)
        .Add(o.TaxIncluded)
        .Add(o.RedeemedPoints).Add(o.PointsDiscountPrice).Add(o.Buyer?.Who).Add(o.Buyer?.Phone).Add(o.Quantity).Add(o.Locale)
        .Add(o.DiscountId is not null || o.Lines.Any(l => l.Limited) ? string.Join(' ', o.BuyerKeys) : null)
        .Add(o.Client is { } client ? BuyerHash.OfClient(client) : null)
        .Add(o.SecondDiscountId).Add(o.SecondDiscountCode).Add(o.SecondDiscountAmount).Add(o.ShippingTax);

    public static RowSet Lines() =>
        new("order_lines", new("order_id", ColumnType.Uuid), new("position", ColumnType.Int), new("variant_id", ColumnType.Uuid),
        new("product_id", ColumnType.Uuid), new("product_name", ColumnType.Text), new("sku", ColumnType.Text),
        new("unit_price", ColumnType.Long),
        new("quantity", ColumnType.Long), new("shipped", ColumnType.Long), new("returned", ColumnType.Long),
        new("limited", ColumnType.Bool),
        new("discount", ColumnType.Long), new("tax", ColumnType.Long));

    public static void AddLines(RowSet rows, Order order)
    {
        for (var i = 0; i < order.Lines.Count; i++)
        {
            var l = order.Lines[i];
            rows.Add(order.Id).Add(i).Add(l.VariantId).Add(l.ProductId).Add(l.ProductName).Add(l.Sku).Add(l.UnitPrice).Add(l.Quantity)
                .Add(l.Shipped)
                .Add(l.Returned).Add(l.Limited).Add(l.Discount).Add(l.Tax);
        }
    }

    public static string WriteLines(IReadOnlyList<StockLine> lines) => JsonSerializer.Serialize(lines, Reply.Json);

    private static List<StockLine> ReadLines(string json) => JsonSerializer.Deserialize<List<StockLine>>(json, Reply.Json)!;
}
