using Holdfast.Platform.Data;
using Holdfast.Platform.Text;

namespace Holdfast.Inventory;

/// <summary>
/// Computes what the references of receipts are compared by. Of receipts that differ in the writing of their reference alone, each stays;
/// they are reported.
/// </summary>
internal sealed class ReferenceKeys : IMigrationStep
{
    private const int PageSize = 1000;

    private sealed record Receipt(Guid VariantId, Guid LocationId, long Sequence, string Reference);

    public async Task<IReadOnlyList<string>> RunAsync(Tx tx)
    {
        var report = new List<string>();
        var (last, sequence) = (Guid.Empty, 0L);
        while (true)
        {
            var page = await tx.QueryAsync(
                "SELECT variant_id, location_id, sequence, reference FROM stock_movements WHERE reason = 'receipt' AND reference IS NOT "
                + $"NULL AND reference_key IS NULL AND (variant_id, sequence) > ($1, $2) ORDER BY variant_id, sequence LIMIT {PageSize}",
                r => new Receipt(r.Uuid(0), r.Uuid(1), r.Long(2), r.Text(3)), last, sequence);
            if (page.Count == 0)
            {
                return report;
            }

            await WriteAsync(tx, page, report);
            (last, sequence) = (page[^1].VariantId, page[^1].Sequence);
        }
    }

    private static async Task WriteAsync(Tx tx, List<Receipt> page, List<string> report)
    {
        var known = await tx.QueryAsync(
            "SELECT variant_id, reference_key FROM stock_movements WHERE reason = 'receipt' AND reference_key IS NOT NULL AND "
            + "variant_id {in $1}",
            r => (r.Uuid(0), r.Text(1)), page.Select(r => r.VariantId).Distinct().ToArray());
        var taken = known.ToHashSet();
        var rows = new RowSet("stock_movements", new("variant_id", ColumnType.Uuid), new("location_id", ColumnType.Uuid),
            new("sequence", ColumnType.Long), new("reference_key", ColumnType.Text));
        foreach (var receipt in page)
        {
            var key = UnicodeText.Key(receipt.Reference);
            if (!taken.Add((receipt.VariantId, key)))
            {
                report.Add($"receipt of variant {receipt.VariantId} '{receipt.Reference}': differs only in its writing from another; if "
                    + "both are one delivery, adjust the stock");
                key = $"{key}\n{receipt.Sequence}";
            }

            rows.Add(receipt.VariantId).Add(receipt.LocationId).Add(receipt.Sequence).Add(key);
        }

        var batch = tx.Batch();
        batch.ChangeEach(rows,
            "UPDATE stock_movements SET reference_key = {v.reference_key} WHERE stock_movements.variant_id = {v.variant_id} "
            + "AND stock_movements.location_id = {v.location_id} AND stock_movements.sequence = {v.sequence}");
        await batch.RunAsync();
    }
}
