using Holdfast.Orders.Core;
using Holdfast.Orders.Customers;
using Holdfast.Orders.Events;
using Holdfast.Orders.Storage;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Events;

namespace Holdfast.Orders.Lifecycle;

/// <summary>Loads and saves <see cref="OrderAggregate"/>s: the orders under lock, with lines, fulfilments and money.</summary>
internal sealed class OrderStore
{
    private QueryResult<Order> _orders = null!;
    private QueryResult<OrderLine> _lines = null!;
    private QueryResult<Fulfilment> _fulfilments = null!;
    private QueryResult<(Guid OrderId, Payment Payment)> _payments = null!;
    private QueryResult<(Guid OrderId, Refund Refund)> _refunds = null!;
    private QueryResult<KeyValuePair<PaymentKey, RecordedPayment>>? _recorded;

    private const string PaymentColumns =
        "order_id, id, provider, transaction_id, amount, currency, method, installments, actor, received_at, created_at";

    private static readonly Func<Row, (Guid, Payment)> MapPayment = r => (r.Uuid(0),
        new Payment(r.Uuid(1), r.Text(2), r.Text(3), r.Long(4), r.Text(5), r.TextOrNull(6), r.IntOrNull(7), r.Text(8), r.Time(9),
        r.Time(10)));

    public static OrderStore Load(StatementBatch batch, IEnumerable<OrderCommand> commands)
    {
        var all = commands.ToList();
        var ids = all.Select(c => c.OrderId).Distinct().Order().ToArray();
        var store = new OrderStore
        {
            _orders = OrderTable.Table.Query(batch, "WHERE o.id {in $1} ORDER BY o.id {lock}", ids),
        };
        (store._lines, store._fulfilments) = OrderRows.Details(batch, ids);
        store._payments = batch.Query($"SELECT {PaymentColumns} FROM payment_transactions WHERE order_id {{in $1}} ORDER BY order_id, id",
            MapPayment, ids);
        store._refunds = batch.Query("SELECT order_id, payment_id, amount, reason, status, created_at FROM refunds WHERE order_id {in $1}",
            r => (r.Uuid(0), new Refund(r.Uuid(1), r.Long(2), r.Text(3), r.Text(4), r.Time(5))), ids);
        var pays = all.OfType<PayCommand>().ToList();
        if (pays.Count > 0)
        {
            store._recorded = batch.Query("SELECT store_id, provider, transaction_id, order_id, amount, currency FROM payment_transactions "
                + "WHERE store_id {in $1} AND provider {in $2} AND transaction_id {in $3}",
                r => KeyValuePair.Create(new PaymentKey(r.Uuid(0), r.Text(1), r.Text(2)),
                    new RecordedPayment(r.Uuid(3), r.Long(4), r.Text(5))),
                pays.Select(p => p.StoreId).Distinct().ToArray(), pays.Select(p => p.Provider).Distinct().ToArray(),
                pays.Select(p => p.TransactionId).Distinct().ToArray());
        }

        return store;
    }

    /// <summary>The loaded orders, by id.</summary>
    public Dictionary<Guid, OrderAggregate> Files()
    {
        var payments = _payments.Rows.ToLookup(p => p.OrderId, p => p.Payment);
        var refunds = _refunds.Rows.ToLookup(r => r.OrderId, r => r.Refund);
        return OrderRows.Assemble(_orders.Rows, _lines.Rows, _fulfilments.Rows)
            .ToDictionary(o => o.Id, o => new OrderAggregate(o, [.. payments[o.Id]], [.. refunds[o.Id]]));
    }

    /// <summary>Returns the payments of the commands that the stores have already recorded.</summary>
    public PaymentBook Payments() => new(_recorded?.Rows ?? []);

    /// <summary>
    /// Writes changed orders, guarded by the version that was read, their lines, new rows of money and goods, and their events.
    /// </summary>
    public static void Save(List<OrderAggregate> changed, StatementBatch batch, EventLog events, DateTime now)
    {
        var signs = new RowSet("orders", new("id", ColumnType.Uuid), new("phone_hash", ColumnType.Long));
        var (payments, refunds, withdrawn) = (PaymentRows(), RefundRows(), WithdrawnRows());
        foreach (var file in changed)
        {
            OrderNames.NoteChanged(batch, file.Order);
            if (file.Order.IsGuest && file.Order.ContactPhone != file.Read.ContactPhone)
            {
                signs.Add(file.Order.Id).Add(BuyerFingerprints.OfPhone(file.Order.ContactPhone));
            }

            if (file.Order.CustomerEmail != file.Read.CustomerEmail)
            {
                batch.Execute("UPDATE orders SET mailbox_proved = $2 WHERE id = $1", file.Order.Id, false);
            }

            AddMoney(file, payments, refunds, withdrawn);
            foreach (var e in file.Events)
            {
                events.Add(new Event(file.Order.Id, e.After.EventSequence, e.Type, file.Order.StoreId, now, e.Actor, e.Previous,
                    OrderJson.Write(e.After)));
            }
        }

        OrderTable.Change.Save(batch, changed.Select(f => (f.Read, f.Order)));
        // An order that was not counted when it was placed is not from now on.
        batch.ChangeEach(signs,
            "UPDATE orders SET phone_hash = CASE WHEN email_hash IS NULL THEN NULL ELSE {v.phone_hash} END WHERE orders.id = {v.id}");
        UnpaidHoldTable.Save(changed, batch);
        OrderLineTable.Change.Save(batch, changed.SelectMany(f => f.Read.Lines.Zip(f.Order.Lines)).Where(l => l.First != l.Second));
        batch.Insert(payments);
        batch.Insert(refunds);
        batch.ChangeEach(withdrawn,
            "UPDATE refunds SET amount = {v.amount}, status = {v.status} WHERE refunds.payment_id = {v.payment_id} AND refunds.reason = "
            + "{v.reason} AND refunds.status = 'due' AND refunds.amount = {v.amount_read}");
        batch.Insert(FulfilmentTable.Table.Rows(changed.SelectMany(f => f.NewFulfilments.Select(n => n with { OrderId = f.Order.Id }))));
    }

    private static void AddMoney(OrderAggregate file, RowSet payments, RowSet refunds, RowSet withdrawn)
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
}
