using Holdfast.Platform.Data;
using Holdfast.Platform.Text;

namespace Holdfast.Catalog;

/// <summary>
/// Computes the keys of product names. Products of one store that have one name, but for its writing, are not merged: the oldest keeps the
/// key, and the others get a key of their own, are reported, and are named by <c>verify</c> until one of them is renamed. An import means
/// the oldest. Names that differ in their case alone are two: each is found by its own.
/// </summary>
internal sealed class ProductNameKeys : IMigrationStep
{
    private const int PageSize = 1000;

    /// <summary>What <c>verify</c> checks.</summary>
    public static readonly Invariant Invariant = new("products_of_a_store_differ_in_more_than_the_writing_of_their_names",
        $"SELECT id, store_id, name FROM products WHERE deleted_at IS NULL AND {TextKeys.IsTwin("name_key")}");

    private sealed record Named(Guid Id, Guid StoreId, string Name, string? Key);

    public async Task<IReadOnlyList<string>> RunAsync(Tx tx)
    {
        var report = new List<string>();
        var last = Guid.Empty;
        while (true)
        {
            var page = await tx.QueryAsync(
                $"SELECT id, store_id, name, name_key FROM products WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT {PageSize}",
                Map, last);
            if (page.Count == 0)
            {
                return report;
            }

            await WriteAsync(tx, page, report);
            last = page[^1].Id;
        }
    }

    private static Named Map(Row r) => new(r.Uuid(0), r.Uuid(1), r.Text(2), r.TextOrNull(3));

    private static async Task WriteAsync(Tx tx, List<Named> page, List<string> report)
    {
        var changes = page.Where(p => p.Key != UnicodeText.Key(p.Name)).ToList();
        var holders = await tx.QueryAsync(
            "SELECT id, store_id, name, name_key FROM products WHERE store_id {in $1} AND name_key {in $2} AND deleted_at IS NULL "
            + "ORDER BY id", Map, changes.Select(p => p.StoreId).Distinct().ToArray(),
            changes.Select(p => UnicodeText.Key(p.Name)).Distinct().ToArray());
        var oldest = new Dictionary<(Guid Store, string Name), Guid>();
        // The key of a name that an older release has given up is nobody's.
        foreach (var holder in holders.Where(h => h.Key == UnicodeText.Key(h.Name)))
        {
            oldest.TryAdd((holder.StoreId, UnicodeText.Plain(holder.Name)), holder.Id);
        }

        var rows = new RowSet("products", new("id", ColumnType.Uuid), new("name_key", ColumnType.Text));
        foreach (var product in changes)
        {
            var key = UnicodeText.Key(product.Name);
            var isFree = oldest.TryAdd((product.StoreId, UnicodeText.Plain(product.Name)), product.Id);
            var right = isFree ? key : TextKeys.Twin(key, product.Id);
            if (right == product.Key)
            {
                continue;
            }

            rows.Add(product.Id).Add(right);
            if (!isFree)
            {
                report.Add($"product {product.Id} '{product.Name}': has the name of "
                    + $"{oldest[(product.StoreId, UnicodeText.Plain(product.Name))]}; rename one of them");
            }
        }

        var batch = tx.Batch();
        batch.ChangeEach(rows, "UPDATE products SET name_key = {v.name_key} WHERE products.id = {v.id}");
        await batch.RunAsync();
    }
}
