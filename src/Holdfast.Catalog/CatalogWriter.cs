using System.Text.Json;
using Holdfast.Catalog.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;

namespace Holdfast.Catalog;

/// <summary>
/// Collects new and changed stores and products and writes them set-based, on the caller's transaction:
/// <code> var writer = new CatalogWriter(await tx.NowAsync()); writer.Add(store); writer.Add(product); var batch = tx.Batch();
/// writer.Ink(batch); await batch.RunAsync(); </code> It checks nothing but what the database checks: a slug, sku or external id that is
/// taken is a unique violation. Times and version are set here. </summary>
public sealed class CatalogWriter(DateTime now)
{
    private const string ChangeProducts =
        "UPDATE products SET name = {v.name}, name_key = CASE WHEN products.name = {v.name} THEN COALESCE(products.name_key, {v.name_key}) "
        + "ELSE {v.name_key} END, description = {v.description}, category = {v.category}, category_key = {v.category_key}, "
        + "search_text = {v.search_text}, sort_name = {v.sort_name}, price_from = {v.price_from}, external_id = {v.external_id}, "
        + "metadata = {v.metadata}, payment_methods = {v.payment_methods}, version = products.version + 1, updated_at = {v.updated_at} "
        + "WHERE products.id = {v.id} AND products.version = {v.version} AND products.deleted_at IS NULL";

    private const string FreeNames =
        "UPDATE variants SET sku = {v.placeholder}, sku_key = {v.placeholder}, external_id = NULL WHERE variants.id = {v.id}";

    private const string OrChange =
        "ON CONFLICT (id) DO UPDATE SET position = excluded.position, sku = excluded.sku, sku_key = excluded.sku_key, "
        + "name = excluded.name, price = excluded.price, attributes = excluded.attributes, purchase_limit = excluded.purchase_limit, "
        + "active = excluded.active, external_id = excluded.external_id, metadata = excluded.metadata";

    private static readonly Column[] ProductColumns =
    [
        new("id", ColumnType.Uuid), new("store_id", ColumnType.Uuid), new("name", ColumnType.Text), new("name_key", ColumnType.Text),
        new("description", ColumnType.Text),
        new("category", ColumnType.Text), new("category_key", ColumnType.Text), new("search_text", ColumnType.Text),
            new("sort_name", ColumnType.Text), new("price_from", ColumnType.Long),
        new("external_id", ColumnType.Text), new("metadata", ColumnType.Text), new("version", ColumnType.Long),
            new("updated_at", ColumnType.Time),
        new("payment_methods", ColumnType.Text),
    ];

    private readonly RowSet _stores = new("stores", new("id", ColumnType.Uuid), new("slug", ColumnType.Text), new("name", ColumnType.Text),
        new("currency", ColumnType.Text), new("time_zone", ColumnType.Text), new("external_id", ColumnType.Text),
        new("metadata", ColumnType.Text),
        new("version", ColumnType.Long), new("created_at", ColumnType.Time), new("updated_at", ColumnType.Time),
        new("shipping_rates", ColumnType.Text), new("tax", ColumnType.Text), new("payment_methods", ColumnType.Text),
        new("combines_discounts", ColumnType.Bool));

    private readonly HashSet<string> _stale = new(StringComparer.Ordinal);
    private readonly RowSet _newProducts = new("products", [.. ProductColumns, new("created_at", ColumnType.Time)]);
    private readonly RowSet _changedProducts = new("products", ProductColumns);
    private readonly RowSet _freed = new("variants", new("id", ColumnType.Uuid), new("placeholder", ColumnType.Text));

    private readonly RowSet _variants = new("variants", new("id", ColumnType.Uuid), new("product_id", ColumnType.Uuid),
        new("store_id", ColumnType.Uuid),
        new("position", ColumnType.Int), new("sku", ColumnType.Text), new("sku_key", ColumnType.Text), new("name", ColumnType.Text),
        new("price", ColumnType.Long),
        new("attributes", ColumnType.Text), new("purchase_limit", ColumnType.Int), new("active", ColumnType.Bool),
        new("external_id", ColumnType.Text),
        new("metadata", ColumnType.Text));

    /// <summary>A new store.</summary>
    public void Add(Store store) => _stores.Add(store.Id).Add(store.Slug).Add(store.Name).Add(store.Currency).Add(store.TimeZone)
        .Add(store.ExternalId)
        .Add(Json(store.Metadata)).Add(1L).Add(now).Add(now).Add(StoreCharges.Write(store.ShippingRates)).Add(StoreCharges.Write(store.Tax))
        .Add(PaymentMethods.Write(store.PaymentMethods)).Add(store.CombinesDiscounts);

    /// <summary>A new product with its variants.</summary>
    public void Add(Product product)
    {
        AddRow(_newProducts, product, version: 1).Add(now);
        AddVariants(product);
    }

    /// <summary>
    /// A product as it is to be; <paramref name="before"/> as it was read. Its variants are all in <paramref name="product"/>, some of them
    /// new. A version that is no longer so is a <see cref="StaleRowException"/>.
    /// </summary>
    public void Change(Product before, Product product)
    {
        AddRow(_changedProducts, product, before.Version);
        var old = before.Variants.ToDictionary(v => v.Id);
        foreach (var variant in product.Variants)
        {
            // Two variants that swap their skus would each find the other's taken.
            if (old.TryGetValue(variant.Id, out var was) && (was.Sku != variant.Sku || was.ExternalId != variant.ExternalId))
            {
                _freed.Add(variant.Id).Add($"\n{variant.Id}");
            }
        }

        AddVariants(product);
    }

    /// <summary>Writes everything that was added or changed, with the statements of the batch, and notes it as stale in caches.</summary>
    public void Ink(StatementBatch batch)
    {
        foreach (var name in _stale)
        {
            batch.Stale(name);
        }

        batch.Insert(_stores);
        batch.Insert(_newProducts);
        batch.ChangeEach(_changedProducts, ChangeProducts);
        batch.ChangeEach(_freed, FreeNames);
        batch.Insert(_variants, OrChange);
    }

    /// <summary>A map as it is stored: JSON, null when empty.</summary>
    internal static string? Json(IReadOnlyDictionary<string, string> map) => map.Count == 0 ? null
        : JsonSerializer.Serialize(map, Reply.Json);

    private RowSet AddRow(RowSet rows, Product p, long version) =>
        rows.Add(p.Id).Add(p.StoreId).Add(p.Name).Add(UnicodeText.Key(p.Name)).Add(p.Description).Add(p.Category).Add(p.CategoryKey)
        .Add(p.SearchText).Add(SearchText.SortKey(p.Name)).Add(p.PriceFrom).Add(p.ExternalId).Add(Json(p.Metadata)).Add(version).Add(now)
        .Add(PaymentMethods.Write(p.PaymentMethods));

    private void AddVariants(Product product)
    {
        _stale.Add(CatalogNames.Product(product.Id));
        _stale.Add(CatalogNames.Store(product.StoreId));
        var position = 0;
        foreach (var v in product.Variants)
        {
            _variants.Add(v.Id).Add(product.Id).Add(product.StoreId).Add(position++).Add(v.Sku).Add(v.SkuKey).Add(v.Name).Add(v.Price)
                .Add(Json(v.Attributes))
                .Add(v.PurchaseLimit).Add(v.Active).Add(v.ExternalId).Add(Json(v.Metadata));
        }
    }
}
