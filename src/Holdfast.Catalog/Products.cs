using Holdfast.Catalog.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Catalog;

/// <summary>Reads products with their variants.</summary>
public sealed class Products(AvailabilityReader available)
{
    internal const string Columns =
        "p.id, p.store_id, p.name, p.description, p.category, p.external_id, p.metadata, p.version, p.created_at, p.updated_at, "
        + "p.payment_methods";
    internal const int ColumnCount = 11;

    private const string VariantColumns =
        "v.id, v.product_id, v.sku, v.name, v.price, s.currency, v.attributes, v.purchase_limit, v.active, v.external_id, v.metadata, "
        + "v.sku_key";

    /// <summary>Maps <see cref="Columns"/>; the variants are to be filled in.</summary>
    internal static readonly Func<Row, Product> Map = r => new Product
    {
        Id = r.Uuid(0),
        StoreId = r.Uuid(1),
        Name = r.Text(2),
        Description = r.TextOrNull(3),
        Category = r.TextOrNull(4),
        ExternalId = r.TextOrNull(5),
        Metadata = Stores.Json(r.TextOrNull(6)),
        Version = r.Long(7),
        CreatedAt = r.Time(8),
        UpdatedAt = r.Time(9),
        PaymentMethods = PaymentMethods.Read(r.TextOrNull(10)),
        Variants = [],
    };

    private static readonly Func<Row, (Guid ProductId, Variant Variant)> MapVariant = r => (r.Uuid(1), new Variant
    {
        Id = r.Uuid(0),
        Sku = r.Text(2),
        Name = r.TextOrNull(3),
        Price = r.Long(4),
        Currency = r.Text(5),
        Attributes = Stores.Json(r.TextOrNull(6)),
        PurchaseLimit = r.IntOrNull(7),
        Active = r.Bool(8),
        ExternalId = r.TextOrNull(9),
        Metadata = Stores.Json(r.TextOrNull(10)),
        SkuKey = r.TextOrNull(11)!,
    });

    /// <summary>The product with its variants and what is available of them; null when there is none or it was deleted.</summary>
    public async Task<Product?> FindAsync(Session session, Guid id)
    {
        var found = await session.QueryAsync($"SELECT {Columns} FROM products p WHERE p.id = $1 AND p.deleted_at IS NULL", Map, id)
            .ConfigureAwait(false);
        return (await CompleteAsync(session, found).ConfigureAwait(false)).FirstOrDefault();
    }

    /// <summary>
    /// Fills in the variants and what is available. The products were read before: should one change in between, its version is the older
    /// one, and a write with it is refused.
    /// </summary>
    internal async Task<List<Product>> CompleteAsync(Session session, List<Product> products)
    {
        var whole = await WithVariantsAsync(session, products).ConfigureAwait(false);
        var ids = whole.SelectMany(p => p.Variants).Select(v => v.Id).ToArray();
        if (ids.Length == 0)
        {
            return whole;
        }

        var stock = await available(session, ids).ConfigureAwait(false);
        return whole.ConvertAll(p =>
            p with { Variants = [.. p.Variants.Select(v => v with { Available = stock.GetValueOrDefault(v.Id) })] });
    }

    /// <summary>As <see cref="CompleteAsync"/>, without what is available.</summary>
    internal static async Task<List<Product>> WithVariantsAsync(Session session, List<Product> products)
    {
        if (products.Count == 0)
        {
            return products;
        }

        var rows = await session.QueryAsync($"SELECT {VariantColumns} FROM variants v JOIN stores s ON s.id = v.store_id "
            + "WHERE v.product_id {in $1} ORDER BY v.product_id, v.position, v.id", MapVariant, products.Select(p => p.Id).ToArray())
            .ConfigureAwait(false);
        var variants = rows.ToLookup(r => r.ProductId, r => r.Variant);
        return products.ConvertAll(p => p with { Variants = [.. variants[p.Id]] });
    }
}
