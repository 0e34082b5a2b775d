using Holdfast.Platform.Data;
using Holdfast.Platform.Text;

namespace Holdfast.Catalog;

/// <summary>
/// Computes the keys of SKUs and categories, and writes names of products in NFC, so that an import finds them. A migration runs it, and
/// <c>verify --repair</c> for rows that an older release has written since.
/// </summary>
internal sealed class CatalogTextKeys : IMigrationStep
{
    private const int PageSize = 1000;

    private static readonly TextKeys Skus = new("variants", "sku", "sku_key", "CAST(store_id AS text)", "deleted_at IS NULL",
        "SKU of variant", Owner: "store_id");

    /// <summary>What <c>verify</c> checks.</summary>
    public static readonly IReadOnlyList<Invariant> Invariants =
    [
        new("skus_of_a_store_differ_in_more_than_their_writing",
            $"SELECT id, store_id, sku FROM variants WHERE deleted_at IS NULL AND {TextKeys.IsTwin("sku_key")}"),
    ];

    private sealed record Labels(Guid Id, string Name, string? Category, string? CategoryKey);

    public async Task<IReadOnlyList<string>> RunAsync(Tx tx)
    {
        var last = Guid.Empty;
        while (true)
        {
            var page = await tx.QueryAsync(
                $"SELECT id, name, category, category_key FROM products WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT {PageSize}",
                r => new Labels(r.Uuid(0), r.Text(1), r.TextOrNull(2), r.TextOrNull(3)), last);
            if (page.Count == 0)
            {
                return await Skus.RecomputeAsync(tx, UnicodeText.Key);
            }

            await WriteAsync(tx, page);
            last = page[^1].Id;
        }
    }

    private static Task WriteAsync(Tx tx, List<Labels> page)
    {
        var rows = new RowSet("products", new("id", ColumnType.Uuid), new("name", ColumnType.Text), new("category", ColumnType.Text),
            new("category_key", ColumnType.Text));
        foreach (var product in page)
        {
            var (name, category) = (UnicodeText.Nfc(product.Name), product.Category is null ? null : UnicodeText.Nfc(product.Category));
            var key = category is null ? null : UnicodeText.Key(category);
            if ((name, category, key) != (product.Name, product.Category, product.CategoryKey))
            {
                rows.Add(product.Id).Add(name).Add(category).Add(key);
            }
        }

        var batch = tx.Batch();
        batch.ChangeEach(rows,
            "UPDATE products SET name = {v.name}, category = {v.category}, category_key = {v.category_key} WHERE products.id = {v.id}");
        return batch.RunAsync();
    }
}
