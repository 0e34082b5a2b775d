using Holdfast.Platform;

namespace Holdfast.Catalog.Core;

/// <summary>The rejections of this module.</summary>
public static class CatalogErrors
{
    public static readonly Error SlugTaken = new(409, "slug_taken", "Another store has this slug.", "Một cửa hàng khác đã dùng slug này.");
    public static readonly Error ExternalIdTaken = new(409, "external_id_taken", "Another resource has this externalId.",
        "Một tài nguyên khác đã dùng externalId này.");
    public static readonly Error SkuTaken = new(409, "sku_taken", "Another product of the store has a variant with this SKU.",
        "Một sản phẩm khác của cửa hàng đã có biến thể với SKU này.");
    public static readonly Error CurrencyFixed = new(409, "currency_fixed",
        "The store has products, whose prices are in its present currency.",
        "Cửa hàng đã có sản phẩm với giá theo đơn vị tiền tệ hiện tại.");
}
