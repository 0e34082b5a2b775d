using Holdfast.Catalog.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Text;
using static Holdfast.Platform.Data.Table<Holdfast.Catalog.Core.Product>;

namespace Holdfast.Catalog.Storage;

/// <summary>The table <c>products</c>, each column once.</summary>
internal static class ProductTable
{
    public static readonly Table<Product> Table = new("products", "p",
        Column("id", p => p.Id).Key(),
        Column("store_id", p => p.StoreId),
        Column("name", p => p.Name).Changes(),
        Column("name_key", p => p.NameKey, (string? key) => key, p => p.NameKey ?? UnicodeText.Key(p.Name)).Changes(),
        Column("description", p => p.Description).Changes(),
        Column("category", p => p.Category).Changes(),
        Written("category_key", p => p.CategoryKey).Changes(),
        Written("search_text", p => p.SearchText).Changes(),
        Written("sort_name", p => SearchText.SortKey(p.Name)).Changes(),
        Written("price_from", p => p.PriceFrom).Changes(),
        Column("external_id", p => p.ExternalId).Changes(),
        Column("metadata", p => p.Metadata, Stores.Json, p => CatalogWriter.Json(p.Metadata)).Changes(),
        Column("payment_methods", p => p.PaymentMethods, PaymentMethods.Read, p => PaymentMethods.Write(p.PaymentMethods)).Changes(),
        Column("version", p => p.Version).Guards(),
        Column("created_at", p => p.CreatedAt),
        Column("updated_at", p => p.UpdatedAt).Changes());

    /// <summary>Writes everything that can be changed of a product but its variants.</summary>
    public static readonly TableChange<Product> Change = Table.Change(where: "products.deleted_at IS NULL");
}
