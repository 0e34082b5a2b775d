using System.Runtime.InteropServices;
using Holdfast.Platform.Data;

namespace Holdfast.Bench.Past;

/// <summary>
/// Fills the tables of a shop with the past of many orders, in every state, with all that they wrote: ledgers, money, points, codes,
/// purchases, history, stored answers, mails, webhooks, statistics; and with reservations and carts. No row breaks an invariant.
/// </summary>
internal sealed class PastShop(Db db)
{
    private const int Slice = 5000;
    private const int OrdersPerReservation = 50;
    private static readonly DateTime Opened = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly long[] _reserved = new long[Shop.Items];
    private readonly long[] _sold = new long[Shop.Items];
    private readonly long[] _movements = [.. Enumerable.Repeat(1L, Shop.Items)];
    private readonly long[] _points = new long[Shop.Customers];
    private readonly long[] _pointsMovements = [.. Enumerable.Repeat(1L, Shop.Customers)];
    private readonly Dictionary<(int Item, int Buyer), long> _purchases = [];
    private readonly Dictionary<(string Day, string Status, string PaymentStatus), DaySum> _statistics = [];
    private long _uses;

    private readonly record struct DaySum(long Orders, long Total, long Paid, long Refunded);

    /// <summary>Opens the shop and writes its past.</summary>
    public async Task FillAsync(long orders)
    {
        await Shop.OpenAsync(db);
        // The rows of the next slice are made while the database takes those of the last one.
        var writing = Task.CompletedTask;
        for (var first = 0L; first < orders; first += Slice)
        {
            var (rows, reservations) = Rows(first, Math.Min(first + Slice, orders));
            await writing;
            writing = Task.Run(() => db.WriteAsync(async tx =>
            {
                var batch = tx.Batch();
                rows.Insert(batch);
                reservations.ForEach(r => batch.Insert(r));
                await batch.RunAsync();
            }));
        }

        await writing;
        await db.WriteAsync(CloseAsync);
    }

    private (PastRows Rows, List<RowSet> Reservations) Rows(long first, long end)
    {
        var rows = new PastRows();
        var made = PastRows.Table("reservations", "id uuid, store_id uuid, status text, expires_at time, created_at time, updated_at time");
        var lines = PastRows.Table("reservation_lines", "reservation_id uuid, variant_id uuid, quantity long");
        for (var n = first; n < end; n++)
        {
            var order = new PastOrder(n);
            rows.Add(order);
            Move(rows, order);
            Sum(rows, order);
            if (n % OrdersPerReservation == 0)
            {
                Reserve(rows, made, lines, n, order.CreatedAt);
            }
        }

        return (rows, [made, lines]);
    }

    private void Move(PastRows rows, PastOrder order)
    {
        foreach (var line in order.Lines)
        {
            Move(rows, line.Item, 0, line.Quantity, "placed", order.Id, order.CreatedAt);
            if (order.IsDead)
            {
                Move(rows, line.Item, 0, -line.Quantity, order.Status, order.Id, order.CreatedAt);
            }

            if (line.Shipped > 0)
            {
                Move(rows, line.Item, -line.Shipped, -line.Shipped, "shipped", order.Id, order.CreatedAt);
            }

            if (line.Returned > 0)
            {
                Move(rows, line.Item, line.Returned, 0, "returned", order.Id, order.CreatedAt);
            }

            if (line.Limited && !order.IsDead)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_purchases, (line.Item, order.Buyer), out _) += line.Quantity;
            }
        }
    }

    private void Move(PastRows rows, int item, long onHand, long reserved, string reason, Guid reference, DateTime at)
    {
        (_sold[item], _reserved[item]) = (_sold[item] - onHand, _reserved[item] + reserved);
        rows.AddMovement(item, ++_movements[item], onHand, reserved, reason, reference, at);
    }

    private void Sum(PastRows rows, PastOrder order)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_statistics, (order.Day, order.Status, order.PaymentStatus), out _);
        sum = new(sum.Orders + 1, sum.Total + order.Total, sum.Paid + order.AmountPaid, sum.Refunded + order.AmountRefunded);
        _uses += order.HasCode && !order.IsDead ? 1 : 0;
        if (order.RedeemedPoints > 0)
        {
            Points(rows, order, -order.RedeemedPoints, "redeemed");
            if (order.IsDead)
            {
                Points(rows, order, order.RedeemedPoints, order.Status);
            }
        }

        if (order.HasEarned)
        {
            Points(rows, order, order.EarnedPoints, "earned");
            if (order.Status == "returned")
            {
                Points(rows, order, -order.EarnedPoints, "returned");
            }
        }
    }

    private void Points(PastRows rows, PastOrder order, long delta, string reason)
    {
        _points[order.Buyer] += delta;
        rows.AddPoints(order.CustomerId, ++_pointsMovements[order.Buyer], delta, reason, order);
    }

    /// <summary>One piece, still held or given back.</summary>
    private void Reserve(PastRows rows, RowSet made, RowSet lines, long n, DateTime at)
    {
        var (id, item, isActive) = (PastOrder.Of(0x800a, n), (int)(n % Shop.Items), n % (OrdersPerReservation * 10) == 0);
        made.Add(id).Add(Shop.Store).Add(isActive ? "active" : "released").Add(at).Add(at).Add(at);
        lines.Add(id).Add(Shop.Variant(item)).Add(1L);
        Move(rows, item, 0, 1, "reserved", id, at);
        rows.AddEvent(id, 1, "reservation.created", at, "{}"u8.ToArray());
        if (!isActive)
        {
            Move(rows, item, 0, -1, "released", id, at);
            rows.AddEvent(id, 2, "reservation.released", at, "{}"u8.ToArray());
        }
    }

    /// <summary>The sums: balances, counters, purchases, statistics; and the carts and sessions of every account.</summary>
    private async Task CloseAsync(Tx tx)
    {
        var batch = tx.Batch();
        batch.ChangeEach(Balances(), "UPDATE stock SET on_hand = on_hand - {v.sold}, reserved = {v.reserved}, movements = {v.movements} "
            + "WHERE stock.variant_id = {v.variant_id}");
        batch.ChangeEach(Accounts(), "UPDATE points_accounts SET balance = balance + {v.delta}, movements = {v.movements} "
            + "WHERE points_accounts.customer_id = {v.customer_id}");
        batch.Execute("UPDATE discount_codes SET used = $1", _uses);
        var purchases = PastRows.Table("purchase_counts", "variant_id uuid, buyer text, quantity long");
        foreach (var ((item, buyer), quantity) in _purchases)
        {
            purchases.Add(Shop.Variant(item)).Add(Shop.Email(buyer)).Add(quantity);
        }

        var statistics = PastRows.Table("order_statistics", """
            store_id uuid, day text, currency text, status text, payment_status text, orders long, total long, captured long, refunded long
            """);
        foreach (var ((day, status, payment), sum) in _statistics)
        {
            statistics.Add(Shop.Store).Add(day).Add("VND").Add(status).Add(payment).Add(sum.Orders).Add(sum.Total).Add(sum.Paid)
                .Add(sum.Refunded);
        }

        batch.Insert(purchases);
        batch.Insert(statistics);
        batch.Insert(PastRows
            .Table("webhook_endpoints", "id uuid, store_id uuid, url text, types text, secret bytes, is_sealed bool, created_at time")
            .Add(Shop.Store).Add(Shop.Store).Add("https://example.com/").Add("[]").Add([1]).Add(false).Add(Opened));
        AddCarts(batch);
        await batch.RunAsync();
    }

    private RowSet Balances()
    {
        var rows = PastRows.Table("stock", "variant_id uuid, sold long, reserved long, movements long");
        for (var item = 0; item < Shop.Items; item++)
        {
            rows.Add(Shop.Variant(item)).Add(_sold[item]).Add(_reserved[item]).Add(_movements[item]);
        }

        return rows;
    }

    private RowSet Accounts()
    {
        var rows = PastRows.Table("points_accounts", "customer_id uuid, delta long, movements long");
        for (var n = 0; n < Shop.Customers; n++)
        {
            rows.Add(Shop.Account(n)).Add(_points[n]).Add(_pointsMovements[n]);
        }

        return rows;
    }

    private static void AddCarts(StatementBatch batch)
    {
        var carts = PastRows.Table("carts", """
            id uuid, store_id uuid, owner text, version long, expires_at time, created_at time, updated_at time
            """);
        var lines = PastRows.Table("cart_lines", """
            cart_id uuid, store_id uuid, variant_id uuid, quantity long, added_price long, added_name text, added_at time
            """);
        var sessions = PastRows.Table("sessions", """
            id uuid, user_id uuid, generation int, created_at time, rotated_at time, expires_at time
            """);
        for (var n = 0; n < Shop.Customers; n++)
        {
            var account = Shop.Account(n);
            carts.Add(account).Add(Shop.Store).Add($"customer:{account}").Add(1L).Add(Opened).Add(Opened).Add(Opened);
            lines.Add(account).Add(Shop.Store).Add(Shop.Variant(n % Shop.Items)).Add(1L).Add(Shop.Price).Add("Item").Add(Opened);
            sessions.Add(account).Add(account).Add((int?)1).Add(Opened).Add(Opened).Add(Opened);
        }

        batch.Insert(carts);
        batch.Insert(lines);
        batch.Insert(sessions);
    }
}
