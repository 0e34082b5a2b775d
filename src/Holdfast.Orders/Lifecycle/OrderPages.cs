using Holdfast.Inventory.Core;
using Holdfast.Orders.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;

namespace Holdfast.Orders;

/// <summary>Opens and inks <see cref="OrderFile"/>s: the orders under lock, with lines, fulfilments and money.</summary>
internal sealed class OrderPages
{
    private Fetched<Order> _orders = null!;
    private Fetched<(Guid OrderId, OrderLine Line)> _lines = null!;
    private Fetched<(Guid OrderId, Fulfilment Fulfilment)> _fulfilments = null!;
    private Fetched<(Guid OrderId, Payment Payment)> _payments = null!;
    private Fetched<(Guid OrderId, Refund Refund)> _refunds = null!;
    private Fetched<KeyValuePair<PaymentKey, RecordedPayment>>? _recorded;

    private const string PaymentColumns =
        "order_id, id, provider, transaction_id, amount, currency, method, installments, actor, received_at, created_at";

    private static readonly Func<Row, (Guid, Payment)> MapPayment = r => (r.Uuid(0),
        new Payment(r.Uuid(1), r.Text(2), r.Text(3), r.Long(4), r.Text(5), r.TextOrNull(6), r.IntOrNull(7), r.Text(8), r.Time(9),
        r.Time(10)));

    public static OrderPages Open(StatementBatch batch, IEnumerable<OrderCommand> commands)
    {
        var all = commands.ToList();
        var ids = all.Select(c => c.OrderId).Distinct().Order().ToArray();
        var pages = new OrderPages
        {
            _orders = batch.Query($"SELECT {OrderRows.Columns} FROM orders o WHERE o.id {{in $1}} ORDER BY o.id {{lock}}", OrderRows.Map,
                ids),
        };
        (pages._lines, pages._fulfilments) = OrderRows.Details(batch, ids);
        pages._payments = batch.Query($"SELECT {PaymentColumns} FROM payment_transactions WHERE order_id {{in $1}} ORDER BY order_id, id",
            MapPayment, ids);
        pages._refunds = batch.Query("SELECT order_id, payment_id, amount, reason, status, created_at FROM refunds WHERE order_id {in $1}",
            r => (r.Uuid(0), new Refund(r.Uuid(1), r.Long(2), r.Text(3), r.Text(4), r.Time(5))), ids);
        var pays = all.OfType<PayCommand>().ToList();
        if (pays.Count > 0)
        {
            pages._recorded = batch.Query("SELECT store_id, provider, transaction_id, order_id, amount, currency FROM payment_transactions "
                + "WHERE store_id {in $1} AND provider {in $2} AND transaction_id {in $3}",
                r => KeyValuePair.Create(new PaymentKey(r.Uuid(0), r.Text(1), r.Text(2)),
                    new RecordedPayment(r.Uuid(3), r.Long(4), r.Text(5))),
                pays.Select(p => p.StoreId).Distinct().ToArray(), pays.Select(p => p.Provider).Distinct().ToArray(),
                pays.Select(p => p.TransactionId).Distinct().ToArray());
        }

        return pages;
    }

    /// <summary>The opened orders, by id.</summary>
    public Dictionary<Guid, OrderFile> Files()
    {
        var payments = _payments.Rows.ToLookup(p => p.OrderId, p => p.Payment);
        var refunds = _refunds.Rows.ToLookup(r => r.OrderId, r => r.Refund);
        return OrderRows.Assemble(_orders.Rows, _lines.Rows, _fulfilments.Rows)
            .ToDictionary(o => o.Id, o => new OrderFile(o, [.. payments[o.Id]], [.. refunds[o.Id]]));
    }

    /// <summary>The payments that the stores have recorded of those that the commands tell.</summary>
    public PaymentBook Payments() => new(_recorded?.Rows ?? []);

    private const string UpdateOrders =
        "UPDATE orders SET status = {v.status}, payment_status = {v.payment_status}, amount_paid = {v.amount_paid}, "
        + "amount_refunded = {v.amount_refunded}, refund_due = {v.refund_due}, delivery_address = {v.delivery_address}, "
        + "contact_phone = {v.contact_phone}, note = {v.note}, customer_id = {v.customer_id}, customer_email = {v.customer_email}, "
        + "customer_name = {v.customer_name}, edits = {v.edits}, quantity = {v.quantity}, updated_at = {v.updated_at}, "
        + "deleted_at = {v.deleted_at}, hidden = {v.hidden}, version = {v.version}, "
        + "earned_points = {v.earned_points}, cancelled_amount = {v.cancelled_amount}, cancelled_points = {v.cancelled_points}, "
        + "event_sequence = {v.event_sequence} WHERE orders.id = {v.id} AND orders.status = {v.status_read} AND orders.version = "
        + "{v.version_read}";

    /// <summary>
    /// Writes changed orders, guarded by the version that was read, their lines, new rows of money and goods, and their events.
    /// </summary>
    public static void Ink(List<OrderFile> changed, StatementBatch batch, EventLog events, DateTime now)
    {
        var orders = UpdateRows();
        var lines = LineRows();
        var signs = new RowSet("orders", new("id", ColumnType.Uuid), new("phone_hash", ColumnType.Long));
        var (payments, refunds, withdrawn, fulfilments) = (PaymentRows(), RefundRows(), WithdrawnRows(), FulfilmentRows());
        foreach (var file in changed)
        {
            AddOrder(orders, file);
            OrderNames.NoteChanged(batch, file.Order);
            if (file.Order.IsGuest && file.Order.ContactPhone != file.Read.ContactPhone)
            {
                signs.Add(file.Order.Id).Add(BuyerSigns.OfPhone(file.Order.ContactPhone));
            }

            if (file.Order.CustomerEmail != file.Read.CustomerEmail)
            {
                batch.Execute("UPDATE orders SET mailbox_proved = $2 WHERE id = $1", file.Order.Id, false);
            }

            foreach (var line in file.Order.Lines.Where((l, i) => l != file.Read.Lines[i]))
            {
                lines.Add(file.Order.Id).Add(line.VariantId).Add(line.Shipped).Add(line.Returned).Add(line.Cancelled).Add(line.Undelivered);
            }

            AddMoney(file, payments, refunds, withdrawn);
            foreach (var f in file.NewFulfilments)
            {
                fulfilments.Add(f.Id).Add(file.Order.Id).Add(f.Kind).Add(f.Carrier).Add(f.TrackingNumber).Add(f.Restocked)
                    .Add(OrderRows.WriteLines(f.Lines)).Add(f.CreatedAt);
            }

            foreach (var e in file.Events)
            {
                events.Add(new Event(file.Order.Id, e.After.EventSequence, e.Type, file.Order.StoreId, now, e.Actor, e.Previous,
                    OrderJson.Write(e.After)));
            }
        }

        batch.ChangeEach(orders,
            UpdateOrders);
        // An order that was not counted when it was placed is not from now on.
        batch.ChangeEach(signs,
            "UPDATE orders SET phone_hash = CASE WHEN email_hash IS NULL THEN NULL ELSE {v.phone_hash} END WHERE orders.id = {v.id}");
        UnpaidHoldRows.Ink(changed, batch);
        batch.ChangeEach(lines,
            "UPDATE order_lines SET shipped = {v.shipped}, returned = {v.returned}, cancelled = {v.cancelled}, undelivered = "
            + "{v.undelivered} WHERE order_lines.order_id = {v.order_id} AND order_lines.variant_id = {v.variant_id}");
        batch.Insert(payments);
        batch.Insert(refunds);
        batch.ChangeEach(withdrawn,
            "UPDATE refunds SET amount = {v.amount}, status = {v.status} WHERE refunds.payment_id = {v.payment_id} AND refunds.reason = "
            + "{v.reason} AND refunds.status = 'due' AND refunds.amount = {v.amount_read}");
        batch.Insert(fulfilments);
    }

    private static void AddMoney(OrderFile file, RowSet payments, RowSet refunds, RowSet withdrawn)
    {
        foreach (var p in file.NewPayments)
        {
            payments.Add(p.Id).Add(file.Order.Id).Add(file.Order.StoreId).Add(p.Provider).Add(p.TransactionId).Add(p.Amount).Add(p.Currency)
                .Add(p.Method)
                .Add(p.Installments).Add(p.Actor).Add(p.ReceivedAt).Add(p.CreatedAt);
        }

        foreach (var r in file.NewRefunds)
        {
            refunds.Add(r.PaymentId).Add(r.Reason).Add(file.Order.Id).Add(r.Amount).Add(r.Status).Add(r.CreatedAt);
        }

        foreach (var (read, r) in file.ChangedRefunds)
        {
            withdrawn.Add(r.PaymentId).Add(r.Reason).Add(r.Amount).Add(r.Status).Add(read.Amount);
        }
    }

    private static void AddOrder(RowSet rows, OrderFile file)
    {
        var o = file.Order;
        rows.Add(o.Id).Add(Names.Of(o.Status)).Add(Names.Of(o.PaymentStatus)).Add(o.AmountPaid).Add(o.AmountRefunded).Add(o.RefundDue)
            .Add(o.DeliveryAddress)
            .Add(o.ContactPhone).Add(o.Note).Add(o.UpdatedAt).Add(o.DeletedAt).Add(o.Hidden).Add(o.Version).Add(o.EventSequence)
            .Add(o.EarnedPoints)
            .Add(o.CancelledAmount).Add(o.CancelledPoints).Add(o.CustomerId).Add(o.CustomerEmail).Add(o.CustomerName).Add(o.Edits)
            .Add(o.Quantity).Add(Names.Of(file.Read.Status)).Add(file.Read.Version);
    }

    private static RowSet UpdateRows() =>
        new("orders", new("id", ColumnType.Uuid), new("status", ColumnType.Text), new("payment_status", ColumnType.Text),
        new("amount_paid", ColumnType.Long), new("amount_refunded", ColumnType.Long), new("refund_due", ColumnType.Long),
        new("delivery_address", ColumnType.Text),
        new("contact_phone", ColumnType.Text), new("note", ColumnType.Text), new("updated_at", ColumnType.Time),
        new("deleted_at", ColumnType.Time),
        new("hidden", ColumnType.Bool), new("version", ColumnType.Int), new("event_sequence", ColumnType.Int), new("earned_points",
            ColumnType.Long),
        new("cancelled_amount", ColumnType.Long), new("cancelled_points", ColumnType.Long), new("customer_id", ColumnType.Uuid),
        new("customer_email", ColumnType.Text), new("customer_name", ColumnType.Text), new("edits", ColumnType.Int),
        new("quantity", ColumnType.Long),
        new("status_read", ColumnType.Text), new("version_read", ColumnType.Int));

    private static RowSet LineRows() => new("order_lines", new("order_id", ColumnType.Uuid), new("variant_id", ColumnType.Uuid),
        new("shipped", ColumnType.Long),
        new("returned", ColumnType.Long), new("cancelled", ColumnType.Long), new("undelivered", ColumnType.Long));

    private static RowSet WithdrawnRows() => new("refunds", new("payment_id", ColumnType.Uuid), new("reason", ColumnType.Text),
        new("amount", ColumnType.Long),
        new("status", ColumnType.Text), new("amount_read", ColumnType.Long));

    private static RowSet PaymentRows() =>
        new("payment_transactions", new("id", ColumnType.Uuid), new("order_id", ColumnType.Uuid), new("store_id", ColumnType.Uuid),
        new("provider", ColumnType.Text), new("transaction_id", ColumnType.Text), new("amount", ColumnType.Long),
        new("currency", ColumnType.Text),
        new("method", ColumnType.Text), new("installments", ColumnType.Int), new("actor", ColumnType.Text),
        new("received_at", ColumnType.Time),
        new("created_at", ColumnType.Time));

    private static RowSet RefundRows() =>
        new("refunds", new("payment_id", ColumnType.Uuid), new("reason", ColumnType.Text), new("order_id", ColumnType.Uuid),
        new("amount", ColumnType.Long), new("status", ColumnType.Text), new("created_at", ColumnType.Time));

    private static RowSet FulfilmentRows() =>
        new("fulfilments", new("id", ColumnType.Uuid), new("order_id", ColumnType.Uuid), new("kind", ColumnType.Text),
        new("carrier", ColumnType.Text), new("tracking_number", ColumnType.Text), new("restocked", ColumnType.Bool),
        new("lines", ColumnType.Text),
        new("created_at", ColumnType.Time));
}
