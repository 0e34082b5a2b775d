using Holdfast.Inventory.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Inventory;

/// <summary>The stock of a variant as it is served, and as the data of the events about it.</summary>
/// <param name="Name">The product's name, with the variant's own where it has one.</param>
/// <param name="Available"><c>max(0, onHand - reserved)</c>: what can still be sold.</param>
/// <param name="Shortfall"><c>max(0, reserved - onHand)</c>: what was promised and is no longer there.</param>
/// <param name="LowStockThreshold"><c>inventory.low</c> is sent when <paramref name="Available"/> falls to it or below; null:
/// never.</param>
public record StockView(Guid VariantId, Guid StoreId, string Sku, string Name, long OnHand, long Reserved, long Available, long Shortfall,
    long? LowStockThreshold)
{
    /// <summary>The name under which stock is shown, over <c>variants v</c> and <c>products p</c>.</summary>
    internal const string NameSql = "CASE WHEN v.name IS NULL THEN p.name ELSE p.name || ' - ' || v.name END";

    /// <summary>
    /// Every variant with its stock at the store's default location; a variant without a row has none. Follow it with WHERE.
    /// </summary>
    internal const string Select = "SELECT " + Columns
        + " FROM variants v JOIN products p ON p.id = v.product_id "
        + "LEFT JOIN stock s ON s.variant_id = v.id AND s.location_id = v.store_id ";

    /// <summary>What <see cref="Map"/> reads, over <c>variants v</c>, <c>products p</c> and <c>stock s</c>.</summary>
    internal const string Columns = "v.id, v.store_id, v.sku, " + NameSql + " AS name, COALESCE(s.on_hand, 0), COALESCE(s.reserved, 0), "
        + "CASE WHEN s.on_hand > s.reserved THEN s.on_hand - s.reserved ELSE 0 END AS available, "
        + "COALESCE(s.shortfall, 0), s.low_stock_threshold";

    internal static readonly Func<Row, StockView> Map = r =>
        new StockView(r.Uuid(0), r.Uuid(1), r.Text(2), r.Text(3), r.Long(4), r.Long(5), r.Long(6), r.Long(7), r.LongOrNull(8));

    /// <summary>An entry of a book, as it will be served once the book is saved.</summary>
    internal static StockView Of(StockEntry entry, StockLabel label) =>
        new(entry.Read.VariantId, entry.Read.StoreId, label.Sku, label.Name, entry.OnHand, entry.Reserved, entry.Available, entry.Shortfall,
        entry.Read.LowStockThreshold);
}
