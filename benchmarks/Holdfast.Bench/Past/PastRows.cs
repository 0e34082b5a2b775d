using Holdfast.Platform.Data;

namespace Holdfast.Bench.Past;

/// <summary>The rows that a slice of past orders has written, by table.</summary>
internal sealed class PastRows
{
    // Every event of a real shop holds the whole order. Here only the first does: no check reads the data, and it takes minutes to write.
    private const int Rest = 300;

    private readonly RowSet _orders = Table("orders", """
        id uuid, number text, store_id uuid, customer_id uuid, is_guest bool, customer_email text, customer_name text, status text,
        payment_status text, payment_method text, currency text, subtotal long, total long, amount_paid long, amount_refunded long,
        refund_due long, delivery_address text, contact_phone text, duration_seconds long, expires_at time, local_date text,
        created_at time, updated_at time, hidden bool, version int, event_sequence int, discount_id uuid, discount_code text,
        discount_amount long, shipping_fee long, redeemed_points long, points_discount long, earned_points long, quantity long
        """);

    private readonly RowSet _lines = Table("order_lines", """
        order_id uuid, position int, variant_id uuid, product_id uuid, product_name text, sku text, unit_price long, quantity long,
        shipped long, returned long, limited bool, discount long
        """);

    private readonly RowSet _movements = Table("stock_movements", """
        variant_id uuid, location_id uuid, sequence long, store_id uuid, on_hand_delta long, reserved_delta long, reason text,
        reference_id uuid, created_at time
        """);

    private readonly RowSet _events = Table("events", """
        subject uuid, sequence int, type text, store_id uuid, occurred_at time, actor text, data bytes
        """);

    private readonly RowSet _keys = Table("idempotency_keys", """
        key uuid, fingerprint bytes, status int, event_subject uuid, event_sequence int, created_at time
        """);

    private readonly RowSet _payments = Table("payment_transactions", """
        id uuid, order_id uuid, store_id uuid, provider text, transaction_id text, amount long, currency text, actor text,
        received_at time, created_at time
        """);

    private readonly RowSet _refunds = Table("refunds", """
        payment_id uuid, reason text, order_id uuid, amount long, status text, created_at time
        """);

    private readonly RowSet _uses = Table("discount_uses", """
        code_id uuid, order_id uuid, sequence int, store_id uuid, buyer text, delta int, amount long, created_at time
        """);

    private readonly RowSet _points = Table("points_movements", """
        customer_id uuid, store_id uuid, sequence long, delta long, reason text, order_id uuid, created_at time
        """);

    private readonly RowSet _fulfilments = Table("fulfilments", """
        id uuid, order_id uuid, kind text, restocked bool, lines text, created_at time
        """);

    private readonly RowSet _mails = Table("mails", """
        id uuid, key text, store_id uuid, recipient text, subject text, text text, attempts int, next_attempt_at time, sent_at time,
        created_at time, about_subject uuid, about_sequence int
        """);

    private readonly RowSet _webhooks = Table("webhook_deliveries", """
        id uuid, endpoint_id uuid, store_id uuid, subject uuid, sequence int, type text, status text, attempts int,
        next_attempt_at time, created_at time
        """);

    private readonly RowSet _attempts = Table("webhook_attempts", """
        id uuid, delivery_id uuid, endpoint_id uuid, store_id uuid, http_status int, duration_ms int, created_at time
        """);

    public void Insert(StatementBatch batch)
    {
        RowSet[] money = [_payments, _refunds, _uses, _points];
        RowSet[] told = [_mails, _webhooks, _attempts];
        foreach (var rows in (RowSet[])[_orders, _lines, _fulfilments, _movements, _events, _keys, .. money, .. told])
        {
            batch.Insert(rows);
        }
    }

    /// <summary>A row set by its columns: <c>name type, name type</c>.</summary>
    public static RowSet Table(string name, string columns)
    {
        var parts = columns.Split(',', StringSplitOptions.TrimEntries).Select(c => c.Split(' '));
        return new(name, [.. parts.Select(c => new Column(c[0], Enum.Parse<ColumnType>(c[1], ignoreCase: true)))]);
    }

    /// <summary>Everything that the order wrote but what hangs on the state of a book: ledgers of stock and of points.</summary>
    public void Add(PastOrder order)
    {
        var at = order.CreatedAt;
        AddOrder(order, at);
        for (var i = 0; i < order.Lines.Count; i++)
        {
            var line = order.Lines[i];
            _lines.Add(order.Id).Add((int?)i).Add(Shop.Variant(line.Item)).Add(Shop.Product(line.Item)).Add($"Item {line.Item:d4}")
                .Add($"SKU-{line.Item:d4}").Add(Shop.Price)
                .Add(line.Quantity).Add(line.Shipped).Add(line.Returned).Add(line.Limited).Add(line.Discount);
        }

        var sequence = 0;
        foreach (var type in order.Events)
        {
            AddEvent(order.Id, ++sequence, type, at, sequence == 1 ? order.Data : order.Data[..Rest]);
        }

        AddKey(order.Id, 1, 201, at);
        if (order.IsPaid)
        {
            AddKey(order.Id, 2, 200, at);
            AddMoney(order, at);
        }

        AddOthers(order, at);
    }

    public void AddEvent(Guid subject, int sequence, string type, DateTime at, byte[] data) =>
        _events.Add(subject).Add((int?)sequence).Add(type).Add(Shop.Store).Add(at).Add("guest").Add(data);

    public void AddMovement(int item, long sequence, long onHand, long reserved, string reason, Guid reference, DateTime at) =>
        _movements.Add(Shop.Variant(item)).Add(Shop.Store).Add(sequence).Add(Shop.Store).Add(onHand).Add(reserved).Add(reason)
            .Add(reference).Add(at);

    public void AddPoints(Guid customer, long sequence, long delta, string reason, PastOrder order) =>
        _points.Add(customer).Add(Shop.Store).Add(sequence).Add(delta).Add(reason).Add(order.Id).Add(order.CreatedAt);

    private void AddOrder(PastOrder o, DateTime at)
    {
        _orders.Add(o.Id).Add(o.Number).Add(Shop.Store).Add(o.CustomerId).Add(!o.IsAccount).Add(Shop.Email(o.Buyer))
            .Add(Shop.CustomerName(o.Buyer)).Add(o.Status)
            .Add(o.PaymentStatus).Add("online").Add("VND").Add(o.Subtotal).Add(o.Total).Add(o.AmountPaid).Add(o.AmountRefunded)
            .Add(o.RefundDue).Add(Shop.Address(o.Buyer))
            .Add(Shop.Phone).Add(900L).Add(o.Status == "pending" ? at.AddMinutes(15) : default(DateTime?)).Add(o.Day).Add(at).Add(at)
            .Add(false).Add((int?)1).Add((int?)o.Events.Count())
            .Add(o.HasCode ? Shop.Store : default(Guid?)).Add(o.HasCode ? Shop.Code : default).Add(o.Discount)
            .Add(PastOrder.ShippingFee).Add(o.RedeemedPoints).Add(o.PointsDiscount)
            .Add(o.HasEarned && o.Status == "delivered" ? o.EarnedPoints : 0L).Add(o.Lines.Sum(l => l.Quantity));
    }

    /// <summary>Keys are hashes: they come in no order.</summary>
    private void AddKey(Guid subject, int sequence, int status, DateTime at)
    {
        var hash = System.Security.Cryptography.SHA256.HashData([.. subject.ToByteArray(), (byte)sequence]);
        _keys.Add(new Guid(hash.AsSpan(0, 16))).Add(hash).Add((int?)status).Add(subject).Add((int?)sequence).Add(at);
    }

    private void AddMoney(PastOrder order, DateTime at)
    {
        _payments.Add(order.PaymentId).Add(order.Id).Add(Shop.Store).Add("bank").Add($"t-{order.N:d9}").Add(order.Total).Add("VND")
            .Add("service").Add(at).Add(at);
        if (order.IsRefunded)
        {
            _refunds.Add(order.PaymentId).Add(order.Status).Add(order.Id).Add(order.Total).Add(order.IsRefundDue ? "due" : "done").Add(at);
        }
    }

    /// <summary>What other modules wrote: uses of codes, parcels, mails, webhooks.</summary>
    private void AddOthers(PastOrder order, DateTime at)
    {
        if (order.HasCode)
        {
            AddUse(order, 1, 1, at);
            if (order.IsDead)
            {
                AddUse(order, 2, -1, at);
            }
        }

        if (order.Lines[0].Shipped > 0)
        {
            _fulfilments.Add(PastOrder.Of(0x8007, order.N)).Add(order.Id).Add("shipment").Add(false)
                .Add($$"""[{"variantId":"{{Shop.Variant(order.Lines[0].Item)}}","quantity":{{order.Lines[0].Shipped}}}]""").Add(at);
        }

        if (order.N % 4 == 0)
        {
            _mails.Add(PastOrder.Of(0x8008, order.N)).Add($"order:{order.Id}:1").Add(Shop.Store).Add(Shop.Email(order.Buyer)).Add("")
                .Add("").Add((int?)1).Add(at).Add(at).Add(at)
                .Add(order.Id).Add((int?)1);
        }

        if (order.N % 10 == 0)
        {
            var id = PastOrder.Of(0x8009, order.N);
            _webhooks.Add(id).Add(Shop.Store).Add(Shop.Store).Add(order.Id).Add((int?)1).Add("order.created").Add("delivered")
                .Add((int?)1).Add(at).Add(at);
            _attempts.Add(id).Add(id).Add(Shop.Store).Add(Shop.Store).Add((int?)200).Add((int?)30).Add(at);
        }
    }

    private void AddUse(PastOrder order, int sequence, int delta, DateTime at) =>
        _uses.Add(Shop.Store).Add(order.Id).Add((int?)sequence).Add(Shop.Store).Add(Shop.Email(order.Buyer)).Add((int?)delta)
            .Add(order.Discount).Add(at);
}
