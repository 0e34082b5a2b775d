using System.Globalization;
using System.Runtime.CompilerServices;
using Holdfast.Orders.Storage;
using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Orders.Administration;

/// <summary>
/// All orders as a table, for files: one row a line of an order, the order's own values in each of its rows. Deleted ones, too.
/// </summary>
public static class OrderExport
{
    private const int OrdersPerPage = 500;

    private static readonly (string Name, string Sql, ColumnType Type)[] Columns =
    [
        .. OrderTable.Table.All.Where(c => c.Export is not null).OrderBy(c => c.Export!.Value.Place)
            .Select(c => (c.Export!.Value.Name, $"o.{c.Name}", c.Type)),
        ("line", "l.position + 1", ColumnType.Long),
        ("product_id", "l.product_id", ColumnType.Uuid), ("variant_id", "l.variant_id", ColumnType.Uuid), ("sku", "l.sku", ColumnType.Text),
        ("product_name", "l.product_name", ColumnType.Text), ("unit_price", "l.unit_price", ColumnType.Long),
        ("quantity", "l.quantity", ColumnType.Long), ("line_total", "l.unit_price * l.quantity", ColumnType.Long),
        ("line_discount", "l.discount", ColumnType.Long), ("line_tax", "l.tax", ColumnType.Long), ("shipped", "l.shipped", ColumnType.Long),
        ("returned", "l.returned", ColumnType.Long), ("cancelled", "l.cancelled", ColumnType.Long),
        ("undelivered", "l.undelivered", ColumnType.Long),
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
            var rows = await db.ReadAsync(s => s.QueryAsync(Page, r => (Id: r.Uuid(0),
                Cells: Columns.Select((c, i) => Cell(c.Type, r, i) ?? "").ToArray()), after), ct);
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

    private static string? Cell(ColumnType type, Row row, int i) => type switch
    {
        ColumnType.Uuid => row.UuidOrNull(i)?.ToString("D"),
        ColumnType.Text => row.TextOrNull(i) is { } text ? Formulas.Escape(text) : null,
        ColumnType.Time => row.TimeOrNull(i)?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        _ => row.LongOrNull(i)?.ToString(CultureInfo.InvariantCulture),
    };
}
