using System.Globalization;
using Holdfast.Orders.Core;
using Holdfast.Orders.Lifecycle;
using Holdfast.Orders.Statistics;
using Holdfast.Orders.Storage;
using Holdfast.Platform.Data;
using Holdfast.Platform.Text;

namespace Holdfast.Orders.Administration;

/// <summary>What holds for orders after every commit, and what can be recomputed where it does not.</summary>
internal static class OrderInvariants
{
    private const string Live = "('pending', 'confirmed', 'partially_shipped')";

    private const string Counted =
        "SELECT store_id, local_date AS day, currency, status, payment_status, COUNT(*) AS orders, SUM(total) AS total, "
        + "SUM(amount_paid) AS captured, SUM(amount_refunded) AS refunded FROM orders GROUP BY store_id, local_date, currency, status, "
        + "payment_status";

    // Compared by length first, because most ids are ASCII.
    private static string InvisibleTransactions() =>
        $"WITH invisible (one) AS (VALUES {string.Join(',', UnicodeText.InvisibleCharacters().Select(c => $"('{c}')"))}) "
        + "SELECT p.id, p.store_id, p.order_id, p.provider, p.transaction_id, p.amount, o.id AS twin FROM payment_transactions p "
        + "JOIN invisible i ON replace(p.transaction_id, i.one, '') <> p.transaction_id LEFT JOIN payment_transactions o "
        + "ON o.store_id = p.store_id AND o.provider = p.provider AND o.transaction_id = trim(replace(p.transaction_id, i.one, '')) "
        + "WHERE octet_length(p.transaction_id) <> length(p.transaction_id)";

    private const string Paid = "SELECT order_id, SUM(amount) AS amount FROM payment_transactions GROUP BY order_id";

    private const string Due =
        "SELECT order_id, SUM(CASE WHEN status = 'due' THEN amount ELSE 0 END) AS due, SUM(CASE WHEN status = 'done' THEN amount ELSE 0 "
        + "END) AS done FROM refunds GROUP BY order_id";

    // No event is on its way to the statistics, by whatever way they get theirs.
    private const string AllHandled = "NOT EXISTS (SELECT 1 FROM outbox) AND " + StatisticsRepair.NoneWaits;

    public static readonly IReadOnlyList<Invariant> All =
    [
        new("orders_total_is_the_sum_of_their_parts",
            "SELECT o.id, o.total, o.subtotal, SUM(l.unit_price * l.quantity) AS lines, SUM(l.discount) AS discounts, SUM(l.tax) AS taxes "
            + "FROM orders o LEFT JOIN order_lines l ON l.order_id = o.id GROUP BY o.id, o.total, o.subtotal, o.discount_amount, "
            + "o.shipping_fee, o.shipping_tax, o.tax_amount, o.tax_included, o.points_discount "
            + "HAVING o.subtotal <> COALESCE(SUM(l.unit_price * l.quantity), -1) OR o.discount_amount <> COALESCE(SUM(l.discount), -1) OR "
            + "o.tax_amount <> COALESCE(SUM(l.tax), -1) + o.shipping_tax "
            + "OR o.total <> o.subtotal - o.discount_amount + o.shipping_fee + (CASE WHEN o.tax_included THEN 0 ELSE o.tax_amount END) - "
            + "o.points_discount OR o.total < 0"),
        new("orders_belong_to_a_user",
            "SELECT o.id, o.customer_id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = o.customer_id)"),
        new("orders_hold_what_the_ledger_says", "SELECT l.order_id, l.variant_id, l.held, COALESCE(m.reserved, 0) AS reserved FROM "
            + $"(SELECT l.order_id, l.variant_id, SUM(CASE WHEN o.status IN {Live} THEN l.quantity - l.shipped - l.cancelled "
            + "ELSE 0 END) AS held FROM order_lines l JOIN orders o ON o.id = l.order_id GROUP BY l.order_id, l.variant_id) l LEFT "
            + "JOIN (SELECT reference_id, variant_id, SUM(reserved_delta) AS reserved FROM stock_movements WHERE reference_id IS NOT NULL "
            + "GROUP BY reference_id, variant_id) m ON m.reference_id = l.order_id AND m.variant_id = l.variant_id "
            + "WHERE l.held <> COALESCE(m.reserved, 0)"),
        new("holds_belong_to_somebody",
            "SELECT m.reference_id, m.variant_id, SUM(m.reserved_delta) AS reserved FROM stock_movements m "
            + "WHERE m.reference_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = m.reference_id) AND NOT "
            + "EXISTS (SELECT 1 FROM reservations r WHERE r.id = m.reference_id) GROUP BY m.reference_id, m.variant_id "
            + "HAVING SUM(m.reserved_delta) <> 0"),
        new("shipped_as_their_status_says",
            "SELECT o.id, o.status, l.quantity, l.shipped, l.cancelled, l.undelivered FROM orders o JOIN order_lines l ON l.order_id = "
            + "o.id WHERE (o.status IN ('shipped', 'delivered', 'returned') AND l.shipped + l.cancelled <> l.quantity) "
            + "OR (o.status IN ('pending', 'confirmed', 'cancelled', 'expired') AND l.shipped <> l.undelivered) OR (o.status = 'returned' "
            + "AND l.shipped <> l.undelivered + l.returned)"),
        new("what_an_order_lost_is_the_share_of_its_lost_pieces", CancelledShares.Sql),
        new("no_more_is_kept_than_an_order_costs",
            "SELECT id, total, cancelled_amount, amount_paid, amount_refunded, refund_due FROM orders "
            + "WHERE amount_paid - amount_refunded - refund_due > total - cancelled_amount"),
        new("payments_are_named_in_one_form",
            "SELECT p.id, p.store_id, p.order_id, p.provider, p.transaction_id, p.amount, o.id AS twin FROM payment_transactions p LEFT "
            + "JOIN payment_transactions o ON o.store_id = p.store_id AND o.provider = lower(trim(p.provider)) "
            + "AND o.transaction_id = trim(p.transaction_id) AND o.id <> p.id WHERE p.provider <> lower(trim(p.provider)) "
            + "OR p.transaction_id <> trim(p.transaction_id) OR trim(p.provider, 'abcdefghijklmnopqrstuvwxyz0123456789_') <> ''"),
        new("transactions_have_no_invisible_characters", InvisibleTransactions()),
        new("goods_out_are_in_the_ledger",
            "SELECT o.id, l.variant_id, l.gone, COALESCE(-m.gone, 0) AS ledger FROM orders o "
            + "JOIN (SELECT order_id, variant_id, SUM(shipped) AS gone FROM order_lines "
            + "GROUP BY order_id, variant_id) l ON l.order_id = o.id LEFT JOIN (SELECT reference_id, variant_id, "
            + "SUM(on_hand_delta) AS gone FROM stock_movements WHERE reason = 'shipped' "
            + "GROUP BY reference_id, variant_id) m ON m.reference_id = o.id AND m.variant_id = l.variant_id "
            + "WHERE l.gone <> COALESCE(-m.gone, 0)"),
        new("paid_is_the_sum_of_the_payments",
            $"SELECT o.id, o.amount_paid, p.amount FROM orders o LEFT JOIN ({Paid}) p ON p.order_id = o.id WHERE o.amount_paid <> "
            + "COALESCE(p.amount, 0)"),
        new("refund_due_is_the_sum_of_the_refunds",
            $"SELECT o.id, o.refund_due, r.due, o.amount_refunded, r.done FROM orders o LEFT JOIN ({Due}) r ON r.order_id = o.id "
            + "WHERE o.refund_due <> COALESCE(r.due, 0) OR o.amount_refunded <> COALESCE(r.done, 0)"),
        new("refunds_do_not_exceed_their_payment",
            "SELECT p.id, p.amount, SUM(r.amount) AS refunds FROM payment_transactions p JOIN refunds r ON r.payment_id = p.id AND "
            + "r.status <> 'withdrawn' GROUP BY p.id, p.amount HAVING SUM(r.amount) > p.amount"),
        new("money_is_kept_only_for_live_orders", "SELECT id, status, amount_paid, amount_refunded, refund_due FROM orders "
            + "WHERE status IN ('cancelled', 'expired') AND amount_paid - amount_refunded - refund_due <> 0"),
        new("one_order_per_idempotency_key",
            "SELECT event_subject, COUNT(*) AS times FROM idempotency_keys WHERE event_sequence = 1 AND status = 201 GROUP BY "
            + "event_subject HAVING COUNT(*) > 1"),
        new("history_without_gaps",
            "SELECT o.id, o.event_sequence, COUNT(e.sequence) AS events, MAX(e.sequence) AS last FROM orders o LEFT "
            + "JOIN events e ON e.subject = o.id GROUP BY o.id, o.event_sequence HAVING COUNT(e.sequence) <> o.event_sequence "
            + "OR MAX(e.sequence) <> o.event_sequence"),
        new("unpaid_orders_count_what_is_left_of_them",
            "SELECT o.id, o.quantity, SUM(l.quantity - l.cancelled - l.undelivered) AS lines FROM orders o "
            + "JOIN order_lines l ON l.order_id = o.id WHERE o.email_hash IS NOT NULL AND o.amount_paid = 0 AND o.status IN ('pending', "
            + "'confirmed') GROUP BY o.id, o.quantity HAVING o.quantity <> SUM(l.quantity - l.cancelled - l.undelivered)"),
        new("unpaid_holds_are_of_unpaid_orders",
            "SELECT h.order_id, h.variant_id, h.quantity, o.status, o.payment_method, o.amount_paid FROM unpaid_holds h LEFT "
            + "JOIN orders o ON o.id = h.order_id LEFT JOIN order_lines l ON l.order_id = h.order_id AND l.variant_id = h.variant_id "
            + "WHERE o.id IS NULL OR l.order_id IS NULL OR o.store_id <> h.store_id "
            + "OR l.quantity - l.cancelled - l.undelivered <> h.quantity OR o.amount_paid > 0 OR o.payment_method = 'online' "
            + "OR o.status NOT IN ('pending', 'confirmed') OR (o.status = 'pending') <> (h.expires_at IS NOT NULL)"),
        // Each of an order's keys counts all of its limited lines.
        new("purchases_are_those_of_live_orders",
            "SELECT p.variant_id, p.counted, COALESCE(l.bought, 0) AS bought FROM (SELECT variant_id, SUM(quantity) AS counted "
            + "FROM purchase_counts GROUP BY variant_id) p LEFT JOIN (SELECT l.variant_id, SUM((l.quantity - l.cancelled - l.undelivered) "
            + "* (1 + LENGTH(COALESCE(o.buyer_keys, '')) - LENGTH(REPLACE(COALESCE(o.buyer_keys, ''), ' ', '')))) AS bought "
            + "FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE l.limited AND o.status NOT IN ('cancelled', 'expired') "
            + "GROUP BY l.variant_id) l ON l.variant_id = p.variant_id WHERE p.counted <> COALESCE(l.bought, 0)"),
        new("codes_are_used_by_live_orders_only",
            "SELECT o.id, o.status, o.discount_id, o.second_discount_id, COALESCE(u.live, 0) AS live FROM orders o "
            + "LEFT JOIN (SELECT order_id, SUM(delta) AS live FROM discount_uses GROUP BY order_id) u ON u.order_id = o.id "
            + "WHERE COALESCE(u.live, 0) <> CASE WHEN o.status NOT IN ('cancelled', 'expired') "
            + "AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id AND l.quantity > l.cancelled + l.undelivered) "
            + "THEN (CASE WHEN o.discount_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN o.second_discount_id IS NULL THEN 0 ELSE 1 END) ELSE "
            + "0 END"),
        new("what_codes_take_off_is_what_they_were_used_for",
            "SELECT o.id, o.discount_amount, o.second_discount_amount, u.code_id, u.amount FROM orders o "
            + "JOIN discount_uses u ON u.order_id = o.id AND u.sequence = 1 WHERE u.amount <> CASE WHEN u.code_id = o.discount_id THEN "
            + "o.discount_amount - o.second_discount_amount "
            + "WHEN u.code_id = o.second_discount_id THEN o.second_discount_amount ELSE -1 END"),
        new("points_pay_for_live_orders_only",
            "SELECT o.id, o.status, o.redeemed_points, o.cancelled_points, COALESCE(m.points, 0) AS points FROM orders o "
            + $"LEFT JOIN ({Points("'redeemed', 'late_payment', 'cancelled', 'expired', 'lines_cancelled', 'undelivered'")}) m "
            + "ON m.order_id = o.id WHERE COALESCE(m.points, 0) <> CASE WHEN o.status IN ('cancelled', 'expired') THEN 0 ELSE "
            + "o.cancelled_points - o.redeemed_points END"),
        new("points_are_earned_by_what_was_delivered",
            $"SELECT o.id, o.earned_points, COALESCE(m.points, 0) AS points FROM orders o LEFT JOIN ({Points("'earned', 'returned'")}) m "
            + "ON m.order_id = o.id WHERE COALESCE(m.points, 0) <> o.earned_points"),
        new("statistics_are_the_sums_of_the_orders",
            "SELECT s.store_id, s.day, s.currency, s.status, s.payment_status, s.orders, c.orders AS counted FROM order_statistics s LEFT "
            + $"JOIN ({Counted}) c ON c.store_id = s.store_id AND c.day = s.day AND c.currency = s.currency AND c.status = s.status "
            + $"AND c.payment_status = s.payment_status WHERE {AllHandled} AND (s.orders <> COALESCE(c.orders, 0) "
            + "OR s.total <> COALESCE(c.total, 0) OR s.captured <> COALESCE(c.captured, 0) OR s.refunded <> COALESCE(c.refunded, 0))"),
        new("every_order_is_in_the_statistics",
            $"SELECT c.store_id, c.day, c.status, c.payment_status, c.orders FROM ({Counted}) c LEFT JOIN order_statistics s "
            + "ON c.store_id = s.store_id AND c.day = s.day AND c.currency = s.currency AND c.status = s.status AND c.payment_status = "
            + $"s.payment_status WHERE {AllHandled} AND s.orders IS NULL"),
    ];

    public static readonly IReadOnlyList<Repair> Repairs =
    [
        new("order_amounts_from_their_payments", RepairAmountsAsync),
        new("statistics_from_the_orders", StatisticsRepair.RunAsync),
    ];

    private static string Points(string reasons) =>
        $"SELECT order_id, SUM(delta) AS points FROM points_movements WHERE reason IN ({reasons}) GROUP BY order_id";

    private static async Task<IReadOnlyList<string>> RepairAmountsAsync(Tx tx)
    {
        var wrong = await tx.QueryAsync(
            "SELECT o.id, o.amount_paid, COALESCE(p.amount, 0), o.refund_due, COALESCE(r.due, 0), o.amount_refunded, COALESCE(r.done, 0) "
            + $"FROM orders o LEFT JOIN ({Paid}) p ON p.order_id = o.id LEFT JOIN ({Due}) r ON r.order_id = o.id "
            + "WHERE o.amount_paid <> COALESCE(p.amount, 0) OR o.refund_due <> COALESCE(r.due, 0) OR o.amount_refunded <> "
            + "COALESCE(r.done, 0)",
            r => (Id: r.Uuid(0), Paid: r.Long(1), RightPaid: r.Long(2), Due: r.Long(3), RightDue: r.Long(4), Refunded: r.Long(5),
            RightRefunded: r.Long(6)));
        foreach (var w in wrong)
        {
            tx.Invalidate(InvalidatedKeys.Everything);
            var order = (await OrderRows.ReadAsync(tx, [w.Id]))[0]
                with
            { AmountPaid = w.RightPaid, RefundDue = w.RightDue, AmountRefunded = w.RightRefunded };
            await tx.ExecuteAsync(
                "UPDATE orders SET amount_paid = $2, refund_due = $3, amount_refunded = $4, payment_status = $5, version = version + 1 "
                + "WHERE id = $1",
                w.Id, w.RightPaid, w.RightDue, w.RightRefunded, Names.Of(order.PaymentStatus));
        }

        return [.. wrong.Select(w => string.Create(CultureInfo.InvariantCulture,
            $"order {w.Id}: paid {w.Paid} -> {w.RightPaid}, refund due {w.Due} -> {w.RightDue}, refunded {w.Refunded} -> "
            + $"{w.RightRefunded}"))];
    }
}
