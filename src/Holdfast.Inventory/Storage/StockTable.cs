using Holdfast.Inventory.Core;
using Holdfast.Platform.Data;
using static Holdfast.Platform.Data.Table<Holdfast.Inventory.Core.StockRow>;

namespace Holdfast.Inventory.Storage;

/// <summary>The table <c>stock</c>, each column once.</summary>
internal static class StockTable
{
    public static readonly Table<StockRow> Table = new("stock", "stock",
        Column("variant_id", s => s.VariantId).Key(),
        Column("location_id", s => s.LocationId).Key(),
        Column("store_id", s => s.StoreId),
        Column("on_hand", s => s.OnHand).Changes(),
        Column("reserved", s => s.Reserved).Changes(),
        Written("shortfall", s => Math.Max(0, s.Reserved - s.OnHand)).Changes(),
        Column("low_stock_threshold", s => s.LowStockThreshold),
        Column("movements", s => s.Movements).Guards(),
        Column("event_sequence", s => s.EventSequence).Changes(),
        Joined("(SELECT v.product_id FROM variants v WHERE v.id = stock.variant_id)", s => s.ProductId));

    /// <summary>Writes balances, guarded by the ledger that they are the sums of.</summary>
    public static readonly TableChange<StockRow> Change = Table.Change();
}
