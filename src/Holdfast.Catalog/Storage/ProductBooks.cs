using Holdfast.Catalog.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Text;

namespace Holdfast.Catalog.Storage;

/// <summary>Opens and closes a <see cref="ProductBook"/> in the database.</summary>
public static class ProductBooks
{
    /// <summary>
    /// Holds the stores that have one of the slugs until the transaction ends. Every change of a store's products holds it, so that what is
    /// read of them after this stays so.
    /// </summary>
    public static Task<List<Store>> HoldStoresAsync(Tx tx, string[] slugs) =>
        StoreTable.Table.QueryAsync(tx, "WHERE s.slug {in $1} ORDER BY s.id {lock}", slugs);

    /// <summary>The stores that have one of the slugs.</summary>
    public static Task<List<Store>> FindStoresAsync(DbSession session, string[] slugs) =>
        StoreTable.Table.QueryAsync(session, "WHERE s.slug {in $1} ORDER BY s.id", slugs);

    /// <summary>
    /// Takes into the book the products of the stores that have one of the names or skus, however they are written, unless they are in it.
    /// </summary>
    public static async Task LoadAsync(DbSession session, ProductBook book, Guid[] storeIds, IReadOnlyCollection<ProductRow> rows)
    {
        var batch = session.Batch();
        var byName = ProductTable.Table.Query(batch, "WHERE p.store_id {in $1} AND p.name {in $2} AND p.deleted_at IS NULL",
            storeIds, rows.Select(r => r.Product).Distinct().ToArray());
        var byKey = ProductTable.Table.Query(batch, "WHERE p.store_id {in $1} AND p.name_key {in $2} AND p.deleted_at IS NULL",
            storeIds, rows.Select(r => UnicodeText.Key(r.Product)).Distinct().ToArray());
        var bySku = ProductTable.Table.Query(batch, "WHERE p.id IN (SELECT v.product_id FROM variants v "
            + "WHERE v.store_id {in $1} AND v.sku_key {in $2} AND v.deleted_at IS NULL)",
            storeIds, rows.Select(r => UnicodeText.Key(r.Sku)).Distinct().ToArray());
        await batch.RunAsync();
        book.Load(await Products.WithVariantsAsync(session,
            [.. byName.Rows.Concat(byKey.Rows).Concat(bySku.Rows)
            .DistinctBy(p => p.Id).Where(p => !book.Has(p.Id))]));
    }

    /// <summary>Writes what the rows made of it.</summary>
    public static async Task SaveAsync(Tx tx, ProductBook book)
    {
        var batch = tx.Batch();
        var writer = new CatalogWriter(await tx.NowAsync());
        foreach (var (before, product) in book.Changes())
        {
            if (before is null)
            {
                writer.Add(product);
            }
            else
            {
                writer.Change(before, product);
            }
        }

        writer.Save(batch);
        await batch.RunAsync();
    }
}
