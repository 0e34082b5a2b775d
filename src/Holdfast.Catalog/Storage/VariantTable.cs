using Holdfast.Catalog.Core;
using Holdfast.Platform.Data;
using static Holdfast.Platform.Data.Table<Holdfast.Catalog.Core.Variant>;

namespace Holdfast.Catalog.Storage;

/// <summary>The table <c>variants</c>, each column once; read with its store as <c>s</c>.</summary>
internal static class VariantTable
{
    public static readonly Table<Variant> Table = new("variants", "v",
        Column("id", v => v.Id).Key(),
        Column("product_id", v => v.ProductId),
        Written("store_id", v => v.StoreId),
        Written("position", v => v.Position).Changes(),
        Column("sku", v => v.Sku).Changes(),
        Column("sku_key", v => v.SkuKey, (string? key) => key!, v => v.SkuKey).Changes(),
        Column("name", v => v.Name).Changes(),
        Column("price", v => v.Price).Changes(),
        Joined("s.currency", v => v.Currency),
        Column("attributes", v => v.Attributes, Stores.Json, v => CatalogWriter.Json(v.Attributes)).Changes(),
        Column("purchase_limit", v => v.PurchaseLimit).Changes(),
        Column("active", v => v.Active).Changes(),
        Column("external_id", v => v.ExternalId).Changes(),
        Column("metadata", v => v.Metadata, Stores.Json, v => CatalogWriter.Json(v.Metadata)).Changes());
}
