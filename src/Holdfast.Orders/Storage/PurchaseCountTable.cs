using Holdfast.Orders.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Orders.Storage;

/// <summary>Loads and saves the <see cref="PurchaseBook"/>.</summary>
internal static class PurchaseCountTable
{
    /// <summary>Claims rows that may be absent, sorted, and locks them together with the rows that are asked about.</summary>
    /// <param name="asked">Keys of buyers whose rows count if they exist.</param>
    public static QueryResult<(Guid VariantId, string Buyer, long Quantity)> Load(StatementBatch batch,
        IReadOnlyCollection<(Guid VariantId, string Buyer)> keys,
        IEnumerable<string>? asked = null)
    {
        var claims = Rows();
        foreach (var (variantId, buyer) in keys.OrderBy(k => k.VariantId).ThenBy(k => k.Buyer, StringComparer.Ordinal))
        {
            claims.Add(variantId).Add(buyer).Add(0L);
        }

        batch.Insert(claims, "ON CONFLICT (variant_id, buyer) DO NOTHING");
        return batch.Query(
            "SELECT variant_id, buyer, quantity FROM purchase_counts WHERE variant_id {in $1} AND buyer {in $2} ORDER BY variant_id, "
            + "buyer {lock}",
            r => (r.Uuid(0), r.Text(1), r.Long(2)), keys.Select(k => k.VariantId).Distinct().ToArray(), keys.Select(k => k.Buyer)
            .Concat(asked ?? []).Distinct().ToArray());
    }

    public static void Save(PurchaseBook book, StatementBatch batch)
    {
        if (!book.IsChanged)
        {
            return;
        }

        var rows = Rows();
        foreach (var (variantId, buyer, quantity) in book.Changed)
        {
            rows.Add(variantId).Add(buyer).Add(quantity);
        }

        batch.ChangeEach(rows,
            "UPDATE purchase_counts SET quantity = {v.quantity} WHERE purchase_counts.variant_id = {v.variant_id} AND "
            + "purchase_counts.buyer = {v.buyer}");
    }

    /// <summary>Removes the buyers' rows with a count of zero. A row that counts something belongs to an order of somebody.</summary>
    public static void ForgetUnused(StatementBatch batch, string[] buyers) =>
        batch.Execute("DELETE FROM purchase_counts WHERE buyer {in $1} AND quantity = 0", [buyers]);

    private static RowSet Rows() =>
        new("purchase_counts", new("variant_id", ColumnType.Uuid), new("buyer", ColumnType.Text), new("quantity", ColumnType.Long));
}
