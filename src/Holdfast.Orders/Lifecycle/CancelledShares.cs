namespace Holdfast.Orders.Lifecycle;

/// <summary>What <see cref="Holdfast.Orders.Core.Shares"/> says, once more and in SQL, so that verify can check it.</summary>
internal static class CancelledShares
{
    // The largest amount of a line. Beyond it the product would not fit, and the order is left out: MAX(too_large).
    private static string Of(string amount) =>
        $"CASE WHEN {amount} > {Most} / l.quantity THEN 0 ELSE (2 * {amount} * (l.cancelled + l.undelivered) + l.quantity) / (2 * "
        + "l.quantity) END";

    private const string Most = "1000000000000000000";

    private static readonly string Lines = "SELECT l.order_id, CAST(SUM(l.quantity - l.cancelled - l.undelivered) AS bigint) AS live, "
        + "CAST(SUM(l.unit_price * (l.cancelled + l.undelivered) - "
        + $"{Of("l.discount")}) AS bigint) AS goods, CAST(SUM({Of("l.tax")}) AS bigint) AS tax, "
        + $"MAX(CASE WHEN l.discount > {Most} / l.quantity OR l.tax > {Most} / l.quantity THEN 1 ELSE 0 END) AS too_large FROM "
        + "order_lines l WHERE l.order_id IN (SELECT order_id FROM order_lines WHERE cancelled + undelivered > 0) GROUP BY l.order_id";

    private const string Gone = "CASE WHEN o.tax_included THEN x.goods ELSE x.goods + x.tax END";

    private const string Price = "(o.total + o.points_discount)";

    /// <summary>Orders whose cancelled amount or points are not those of the pieces that are gone.</summary>
    public static readonly string Sql =
        "SELECT id, cancelled_amount, cancelled_points, gone FROM (SELECT o.id, o.total, o.redeemed_points, o.points_discount, "
        + $"o.cancelled_amount, o.cancelled_points, x.live, {Price} AS price, {Gone} AS gone, x.too_large FROM orders o LEFT "
        + $"JOIN ({Lines}) x ON x.order_id = o.id WHERE o.cancelled_amount <> 0 OR o.cancelled_points <> 0 OR x.live IS NOT NULL) c "
        + "WHERE live IS NULL OR (live = 0 AND (cancelled_amount <> total OR cancelled_points <> redeemed_points)) OR (live > 0 "
        + "AND too_large = 0 AND price > 0 "
        + $"AND (cancelled_amount <> gone - ({Part("points_discount")}) OR cancelled_points <> {Part("redeemed_points")}))";

    private static string Part(string amount) =>
        $"CASE WHEN {amount} = 0 THEN 0 WHEN {amount} > {Most} / price THEN cancelled_points ELSE (2 * {amount} * gone + price) / (2 * "
            + "price) END";
}
