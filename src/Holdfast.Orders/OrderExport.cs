using System.Globalization;
using System.Runtime.CompilerServices;
using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Orders;

/// <summary>
/// All orders as a table, for files: one row a line of an order, the order's own values in each of its rows. Deleted ones, too.
/// </summary>
public static class OrderExport
{
    private const int OrdersPerPage = 500;

    private static readonly (string Name, string Sql, Func<Row, int, string?> Read)[] Columns =
    [
        ("order_id", "o.id", Id), ("number", "o.number", Text), ("external_id", "o.external_id", Text), ("store_id", "o.store_id", Id),
            ("created_at", "o.created_at", Time),
        ("status", "o.status", Text), ("payment_status", "o.payment_status", Text), ("payment_method", "o.payment_method", Text),
        ("customer_id", "o.customer_id", Id), ("customer_email", "o.customer_email", Text), ("customer_name", "o.customer_name", Text),
        ("contact_phone", "o.contact_phone", Text), ("delivery_address", "o.delivery_address", Text), ("note", "o.note", Text),
        ("currency", "o.currency", Text), ("subtotal", "o.subtotal", Number), ("discount_code", "o.discount_code", Text),
            ("second_discount_code", "o.second_discount_code", Text), ("discount_amount", "o.discount_amount", Number),
        ("shipping_fee", "o.shipping_fee", Number), ("shipping_tax", "o.shipping_tax", Number), ("tax_amount", "o.tax_amount", Number),
            ("redeemed_points", "o.redeemed_points", Number),
        ("points_discount", "o.points_discount", Number), ("total", "o.total", Number), ("amount_paid", "o.amount_paid", Number),
        ("amount_refunded", "o.amount_refunded", Number), ("refund_due", "o.refund_due", Number), ("cancelled_amount", "o.cancelled_amount",
            Number),
        ("updated_at", "o.updated_at", Time), ("deleted_at", "o.deleted_at", Time),
        ("line", "l.position + 1", Number), ("product_id", "l.product_id", Id), ("variant_id", "l.variant_id", Id), ("sku", "l.sku", Text),
            ("product_name", "l.product_name", Text),
        ("unit_price", "l.unit_price", Number), ("quantity", "l.quantity", Number), ("line_total", "l.unit_price * l.quantity", Number),
        ("line_discount", "l.discount", Number), ("line_tax", "l.tax", Number), ("shipped", "l.shipped", Number),
        ("returned", "l.returned", Number), ("cancelled", "l.cancelled", Number), ("undelivered", "l.undelivered", Number),
    ];

    private static readonly string Page =
        $"SELECT {string.Join(", ", Columns.Select(c => c.Sql))} FROM orders o LEFT JOIN order_lines l ON l.order_id = o.id "
        + $"WHERE o.id IN (SELECT id FROM orders WHERE id > $1 ORDER BY id LIMIT {OrdersPerPage}) ORDER BY o.id, l.position";

    /// <summary>The names of the columns. Amounts are in minor units of the currency, times in UTC.</summary>
    public static IReadOnlyList<string> Header { get; } = [.. Columns.Select(c => c.Name)];

    public static Task<long> CountAsync(Db db) => db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM orders", r => r.Long(0)));

    /// <summary>
    /// The rows, oldest order first, page by page: memory does not grow with the number of orders. What is placed during the export may or
    /// may not be among them. <c>IsFirst</c>: the first row of its order. Texts are safe for spreadsheets (<see cref="Formulas.Escape"/>),
    /// numbers are as they are.
    /// </summary>
    public static async IAsyncEnumerable<(bool IsFirst, string[] Cells)> ReadAsync(Db db,
        [EnumeratorCancellation] CancellationToken ct = default)
    {
        for (var last = Guid.Empty; ;)
        {
            ct.ThrowIfCancellationRequested();
            var after = last;
            var rows = await db.ReadAsync(s =>
                s.QueryAsync(Page, r => (Id: r.Uuid(0), Cells: Columns.Select((c, i) => c.Read(r, i) ?? "").ToArray()), after), ct)
                .ConfigureAwait(false);
            if (rows.Count == 0)
            {
                yield break;
            }

            foreach (var (id, cells) in rows)
            {
                yield return (id != last, cells);
                last = id;
            }
        }
    }

    private static string? Id(Row row, int i) => row.UuidOrNull(i)?.ToString("D");

    private static string? Text(Row row, int i) => row.TextOrNull(i) is { } text ? Formulas.Escape(text) : null;

    private static string? Number(Row row, int i) => row.LongOrNull(i)?.ToString(CultureInfo.InvariantCulture);

    private static string? Time(Row row, int i) =>
        row.TimeOrNull(i)?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
