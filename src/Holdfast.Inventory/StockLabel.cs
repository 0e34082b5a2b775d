using Holdfast.Platform.Data;

namespace Holdfast.Inventory;

/// <summary>What the catalog calls a variant.</summary>
internal sealed record StockLabel(Guid VariantId, string Sku, string Name)
{
    internal const string Select = "SELECT v.id, v.sku, " + StockView.NameSql
        + " FROM variants v JOIN products p ON p.id = v.product_id WHERE v.id {in $1}";

    internal static readonly Func<Row, StockLabel> Map = r => new StockLabel(r.Uuid(0), r.Text(1), r.Text(2));
}
