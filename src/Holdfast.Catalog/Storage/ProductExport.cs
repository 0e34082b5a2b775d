using System.Globalization;
using System.Runtime.CompilerServices;
using Holdfast.Catalog.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;

namespace Holdfast.Catalog.Storage;

/// <summary>
/// All variants of the products that are there, as a table with the columns of the import: one row a variant, read by <c>import
/// products</c> it changes nothing. Stock is not in it, because a quantity would be a receipt.
/// </summary>
public sealed class ProductExport
{
    private const int ProductsPerPage = 500;

    private static readonly string[] Fixed = ["store", "product", "sku", "name", "price", "category", "description", "active",
        "purchaseLimit"];

    private readonly Db _db;
    private readonly string[] _attributes;
    private readonly Dictionary<Guid, Store> _stores;

    private ProductExport(Db db, string[] attributes, IEnumerable<Store> stores) =>
        (_db, _attributes, _stores) = (db, attributes, stores.ToDictionary(s => s.Id));

    /// <summary>The names of the columns, those of all attributes at the end.</summary>
    public IReadOnlyList<string> Header => [.. Fixed, .. _attributes.Select(a => $"attribute:{a}")];

    /// <summary>An export of one store, or of all.</summary>
    /// <param name="slug">Null: all stores. None with this slug: an export without rows.</param>
    public static Task<ProductExport> OpenAsync(Db db, string? slug, CancellationToken ct = default) => db.ReadAsync(async s =>
    {
        var stores = await StoreTable.Table.QueryAsync(s, "WHERE s.slug = $1 OR $2 ORDER BY s.slug", slug ?? "", slug is null);
        var maps = await s.QueryAsync("SELECT DISTINCT v.attributes FROM variants v JOIN products p ON p.id = v.product_id WHERE "
            + "v.store_id {in $1} AND v.attributes IS NOT NULL AND p.deleted_at IS NULL",
            r => Stores.Json(r.TextOrNull(0)), stores.Select(t => t.Id).ToArray());
        return new ProductExport(db, [.. maps.SelectMany(m => m.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            stores);
    }, ct);

    /// <summary>Whether there are stores to export.</summary>
    public bool HasStores => _stores.Count > 0;

    /// <summary>The number of products.</summary>
    public Task<long> CountAsync() =>
        _db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM products WHERE store_id {in $1} AND deleted_at IS NULL", r => r.Long(0),
        _stores.Keys.ToArray()));

    /// <summary>
    /// The rows, product by product and page by page: memory does not grow with their number. <c>IsFirst</c>: the first row of its product.
    /// Texts are safe for spreadsheets (<see cref="Formulas.Escape"/>), numbers are as they are.
    /// </summary>
    public async IAsyncEnumerable<(bool IsFirst, string[] Cells)> ReadAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        for (var last = Guid.Empty; ;)
        {
            ct.ThrowIfCancellationRequested();
            var after = last;
            var page = await _db.ReadAsync(async s => await Products.WithVariantsAsync(s, await ProductTable.Table.QueryAsync(s,
                $"WHERE p.id > $1 AND p.store_id {{in $2}} AND p.deleted_at IS NULL ORDER BY p.id LIMIT {ProductsPerPage}", after,
                _stores.Keys.ToArray())), ct);
            if (page.Count == 0)
            {
                yield break;
            }

            foreach (var product in page)
            {
                foreach (var variant in product.Variants)
                {
                    yield return (variant == product.Variants[0], Cells(product, variant));
                }
            }

            last = page[^1].Id;
        }
    }

    private string[] Cells(Product product, Variant variant)
    {
        var store = _stores[product.StoreId];
        return
        [
            store.Slug, Formulas.Escape(product.Name), Formulas.Escape(variant.Sku), Formulas.Escape(variant.Name ?? ""),
            Money.Format(variant.Price, Currencies.Digits(store.Currency)!.Value), Formulas.Escape(product.Category ?? ""),
                Formulas.Escape(product.Description ?? ""),
            variant.Active ? "true" : "false", variant.PurchaseLimit?.ToString(CultureInfo.InvariantCulture) ?? "",
            .. _attributes.Select(a => Formulas.Escape(variant.Attributes.GetValueOrDefault(a) ?? "")),
        ];
    }
}
