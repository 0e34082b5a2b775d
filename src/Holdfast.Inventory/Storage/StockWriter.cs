using Holdfast.Inventory.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Text;

namespace Holdfast.Inventory.Storage;

/// <summary>Brings stock in by the thousand: imports, the demo store, benchmarks.</summary>
public static class StockWriter
{
    /// <summary>
    /// The condition that a movement is the receipt of a reference, however that is written: its key is $2; $3, the reference as it is,
    /// finds those of older releases.
    /// </summary>
    internal const string HasReference = "reason = 'receipt' AND (reference_key = $2 OR (reference_key IS NULL AND reference = $3))";

    private const string Booked = "SELECT variant_id, on_hand_delta FROM stock_movements WHERE variant_id {in $1} AND " + HasReference;

    /// <summary>
    /// Receives all rows on the caller's transaction, with their ledger rows: four round trips, however many rows. Idempotent by
    /// <paramref name="reference"/>: a variant that has a receipt of this reference is left alone. Rows of quantity 0 only make the stock
    /// row. Each variant at most once, with the store it belongs to. On SQLite, call it in slices of some thousand rows, each its own
    /// transaction. </summary>
    public static async Task<Receipts> ReceiveAsync(Tx tx, IReadOnlyList<(Guid VariantId, Guid StoreId, long Quantity)> rows,
        string reference, DateTime now)
    {
        Guid[] ids = [.. rows.Select(r => r.VariantId)];
        var opening = tx.Batch();
        EnsureRows(opening, rows.Select(r => (r.VariantId, r.StoreId)));
        var opened = StockStore.Load(opening, ids);
        var known = opening.Query(Booked, r => (r.Uuid(0), r.Long(1)), ids, UnicodeText.Key(reference), reference);
        await opening.RunAsync();

        var stock = new StockBook(opened.Rows);
        var before = known.Rows.ToDictionary();
        foreach (var (variantId, _, quantity) in rows)
        {
            if (quantity > 0 && !before.ContainsKey(variantId))
            {
                stock.Receive(variantId, quantity, reference);
            }
        }

        var writes = tx.Batch();
        var events = new EventLog();
        await StockStore.SaveAsync(stock, tx, writes, events, now, "system");
        events.Save(writes);
        await writes.RunAsync();
        return new Receipts(stock.Movements.Count, before);
    }

    /// <summary>The pieces of receipts that are booked with the reference, by variant.</summary>
    public static async Task<IReadOnlyDictionary<Guid, long>> BookedAsync(DbSession session, Guid[] variantIds, string reference) =>
        (await session.QueryAsync(Booked, r => (r.Uuid(0), r.Long(1)), variantIds, UnicodeText.Key(reference), reference)).ToDictionary();

    /// <summary>Makes the stock rows that are missing, in the order of their keys, as others lock them.</summary>
    internal static void EnsureRows(StatementBatch batch, IEnumerable<(Guid VariantId, Guid StoreId)> variants) =>
        batch.Insert(StockTable.Table.Rows(variants.OrderBy(v => v.VariantId)
            .Select(v => new StockRow(v.VariantId, v.StoreId, v.StoreId, 0, 0, null, 0, 0))), "ON CONFLICT DO NOTHING");
}
