using Holdfast.Catalog.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Catalog.Storage;

/// <summary>Reads products with their variants.</summary>
public sealed class Products(AvailabilityReader available)
{
    /// <summary>The product with its variants and what is available of them; null when there is none or it was deleted.</summary>
    public async Task<Product?> FindAsync(DbSession session, Guid id)
    {
        var found = await ProductTable.Table.QueryAsync(session, "WHERE p.id = $1 AND p.deleted_at IS NULL", id);
        return (await CompleteAsync(session, found)).FirstOrDefault();
    }

    /// <summary>
    /// Fills in the variants and what is available. The products were read before: should one change in between, its version is the older
    /// one, and a write with it is refused.
    /// </summary>
    internal async Task<List<Product>> CompleteAsync(DbSession session, List<Product> products)
    {
        var whole = await WithVariantsAsync(session, products);
        var ids = whole.SelectMany(p => p.Variants).Select(v => v.Id).ToArray();
        if (ids.Length == 0)
        {
            return whole;
        }

        var stock = await available(session, ids);
        return whole.ConvertAll(p =>
            p with { Variants = [.. p.Variants.Select(v => v with { Available = stock.GetValueOrDefault(v.Id) })] });
    }

    /// <summary>As <see cref="CompleteAsync"/>, without what is available.</summary>
    internal static async Task<List<Product>> WithVariantsAsync(DbSession session, List<Product> products)
    {
        if (products.Count == 0)
        {
            return products;
        }

        var rows = await VariantTable.Table.QueryAsync(session, "JOIN stores s ON s.id = v.store_id "
            + "WHERE v.product_id {in $1} ORDER BY v.product_id, v.position, v.id", products.Select(p => p.Id).ToArray());
        var variants = rows.ToLookup(v => v.ProductId);
        return products.ConvertAll(p => p with { Variants = [.. variants[p.Id]] });
    }
}
