using Holdfast.Catalog.Storage;
using Holdfast.Inventory.Core;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Text;

namespace Holdfast.Inventory.Storage;

/// <summary>Loads and saves the <see cref="StockBook"/>: one read under lock, one write per table.</summary>
public static class StockStore
{
    /// <summary>Locks the rows of the variants, in the order of their keys.</summary>
    public static QueryResult<StockRow> Load(StatementBatch batch, Guid[] variantIds) =>
        StockTable.Table.Query(batch, "WHERE variant_id {in $1} ORDER BY variant_id, location_id {lock}", variantIds);

    /// <summary>Reads the rows without a lock, for what is decided again under lock or only shown.</summary>
    public static QueryResult<StockRow> Peek(StatementBatch batch, Guid[] variantIds) =>
        StockTable.Table.Query(batch, "WHERE variant_id {in $1}", variantIds);

    /// <summary>
    /// The open holds on variants, from the ledger. Read it under the lock of their rows, and only for those that are short: it goes
    /// through all of their movements.
    /// </summary>
    public static QueryResult<Hold> Holds(StatementBatch batch, Guid[] variantIds) => batch.Query(
        "SELECT variant_id, reference_id, SUM(reserved_delta), MIN(sequence) FROM stock_movements WHERE variant_id {in $1} AND "
        + "reference_id IS NOT NULL AND reserved_delta <> 0 GROUP BY variant_id, reference_id HAVING SUM(reserved_delta) > 0",
        r => new Hold(r.Uuid(0), r.Uuid(1), r.Long(2), r.Long(3)), variantIds);

    /// <summary>The holds on those variants of the book that are short; no round trip when none is.</summary>
    public static async ValueTask<HoldBook> HoldsAsync(StockBook book, Tx tx)
    {
        var missing = book.Entries.Where(e => e.Shortfall > 0).Select(e => e.Read.VariantId).ToArray();
        if (missing.Length == 0)
        {
            return HoldBook.Empty;
        }

        var batch = tx.Batch();
        var holds = Holds(batch, missing);
        await batch.RunAsync();
        return new HoldBook(holds.Rows);
    }

    /// <summary>
    /// Writes what changed: balances, ledger rows, the invalidated cache keys, and the events <c>inventory.low</c> (available has fallen to
    /// the threshold), <c>inventory.rejected</c> (the last piece is taken: a sell-out begins), <c>inventory.shortfall</c>, and
    /// <c>inventory.restocked</c> (enough again).
    /// </summary>
    /// <remarks>
    /// The writes are added to <paramref name="batch"/>, the events to <paramref name="events"/>. Only when there are events it makes a
    /// round trip of its own, for the names that they carry.
    /// </remarks>
    public static async ValueTask SaveAsync(StockBook book, Tx tx, StatementBatch batch, EventLog events, DateTime now, string actor)
    {
        if (book.Movements.Count == 0)
        {
            return;
        }

        var labels = await LabelsAsync(book, tx);
        var balances = new List<(StockRow Read, StockRow Now)>();
        foreach (var entry in book.Entries)
        {
            if (entry.IsChanged)
            {
                Invalidate(tx, entry.Read);
                var sequence = entry.Read.EventSequence + AddEvents(entry, labels, events, now, actor);
                balances.Add((entry.Read, entry.Read with
                {
                    OnHand = entry.OnHand,
                    Reserved = entry.Reserved,
                    Movements = entry.Movements,
                    EventSequence = sequence,
                }));
            }
        }

        var ledger = new RowSet("stock_movements", new("variant_id", ColumnType.Uuid), new("location_id", ColumnType.Uuid),
            new("sequence", ColumnType.Long),
            new("store_id", ColumnType.Uuid), new("on_hand_delta", ColumnType.Long), new("reserved_delta", ColumnType.Long),
            new("reason", ColumnType.Text),
            new("reference_id", ColumnType.Uuid), new("reference", ColumnType.Text), new("reference_key", ColumnType.Text),
            new("created_at", ColumnType.Time));
        foreach (var m in book.Movements)
        {
            ledger.Add(m.Entry.Read.VariantId).Add(m.Entry.Read.LocationId).Add(m.Sequence).Add(m.Entry.Read.StoreId).Add(m.OnHandDelta)
                .Add(m.ReservedDelta)
                .Add(m.Reason).Add(m.ReferenceId).Add(m.Reference)
                .Add(m.Reason == StockReasons.Receipt ? UnicodeText.Key(m.Reference!) : null).Add(now);
        }

        StockTable.Change.Save(batch, balances);
        batch.Insert(ledger);
    }

    /// <summary>Notes that what is available has changed. It does so at every order: dropped a few times a second.</summary>
    internal static void Invalidate(Tx tx, StockRow row)
    {
        tx.Invalidate(CatalogNames.Product(row.ProductId ?? Guid.Empty), immediately: false);
        tx.Invalidate(CatalogNames.StockOf(row.StoreId), immediately: false);
    }

    private static bool IsLow(StockEntry entry) =>
        entry.Read.LowStockThreshold is { } threshold && entry.AvailableBefore > threshold && entry.Available <= threshold;

    private static bool IsSoldOut(StockEntry entry) => entry.AvailableBefore > 0 && entry.Available == 0;

    private static bool IsEnoughAgain(StockEntry entry) => entry.Available > entry.AvailableBefore
        && StockEntry.NeedsMore(entry.AvailableBefore, entry.Read.LowStockThreshold, entry.Read.EventSequence)
        && !StockEntry.NeedsMore(entry.Available, entry.Read.LowStockThreshold, entry.Read.EventSequence);

    private static bool IsShorter(StockEntry entry) => entry.Shortfall > entry.ShortfallBefore;

    private static int AddEvents(StockEntry entry, Dictionary<Guid, StockLabel> labels, EventLog events, DateTime now, string actor)
    {
        var added = 0;
        Add("inventory.low", IsLow(entry));
        Add("inventory.rejected", IsSoldOut(entry));
        Add("inventory.shortfall", IsShorter(entry));
        Add("inventory.restocked", IsEnoughAgain(entry));
        return added;

        void Add(string type, bool happened)
        {
            if (happened)
            {
                var data = Reply.Bytes(StockView.Of(entry, labels[entry.Read.VariantId]));
                events.Add(new Event(entry.Read.VariantId, entry.Read.EventSequence + ++added, type, entry.Read.StoreId, now, actor, null,
                    data));
            }
        }
    }

    private static async ValueTask<Dictionary<Guid, StockLabel>> LabelsAsync(StockBook book, Tx tx)
    {
        List<Guid>? named = null;
        foreach (var entry in book.Entries)
        {
            if (IsLow(entry) || IsSoldOut(entry) || IsShorter(entry) || IsEnoughAgain(entry))
            {
                (named ??= []).Add(entry.Read.VariantId);
            }
        }

        return named is null ? []
            : (await tx.QueryAsync(StockLabel.Select, StockLabel.Map, named.ToArray())).ToDictionary(l =>
            l.VariantId);
    }
}
