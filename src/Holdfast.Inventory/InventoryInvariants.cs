using Holdfast.Inventory.Storage;
using Holdfast.Platform.Data;

namespace Holdfast.Inventory;

/// <summary>What always holds of stock and reservations, and how balances are recomputed from the ledger.</summary>
internal static class InventoryInvariants
{
    // Each is one statement, hence one snapshot: it may run beside a working server.
    private const string Sums =
        "(SELECT variant_id, location_id, SUM(on_hand_delta) AS on_hand, SUM(reserved_delta) AS reserved, COUNT(*) AS movements, "
        + "MAX(sequence) AS last FROM stock_movements GROUP BY variant_id, location_id) m ON m.variant_id = s.variant_id "
        + "AND m.location_id = s.location_id ";

    // Only of what the key holds: SQLite then reads the key's index and not every row of the ledger.
    private const string Counts = "(SELECT variant_id, location_id, COUNT(*) AS movements, MAX(sequence) AS last FROM stock_movements "
        + "GROUP BY variant_id, location_id) m ON m.variant_id = s.variant_id AND m.location_id = s.location_id ";

    public static readonly IReadOnlyList<Invariant> All =
    [
        new("stock_is_the_sum_of_its_ledger",
            "SELECT s.variant_id, s.on_hand, COALESCE(m.on_hand, 0) AS on_hand_of_ledger, s.reserved, COALESCE(m.reserved, "
            + "0) AS reserved_of_ledger "
            + "FROM stock s LEFT JOIN " + Sums + "WHERE s.on_hand <> COALESCE(m.on_hand, 0) OR s.reserved <> COALESCE(m.reserved, 0)"),
        new("stock_ledger_has_no_gaps",
            "SELECT s.variant_id, s.movements, COALESCE(m.movements, 0) AS rows_of_ledger, COALESCE(m.last, 0) AS last_sequence FROM "
            + "stock s LEFT JOIN " + Counts + "WHERE s.movements <> COALESCE(m.movements, 0) OR s.movements <> COALESCE(m.last, 0)"),
        new("stock_ledger_belongs_to_stock",
            "SELECT m.variant_id, m.location_id, COUNT(*) AS movements FROM stock_movements m LEFT JOIN stock s ON s.variant_id = "
            + "m.variant_id AND s.location_id = m.location_id WHERE s.variant_id IS NULL GROUP BY m.variant_id, m.location_id"),
        new("stock_shortfall_is_what_is_missing",
            "SELECT variant_id, on_hand, reserved, shortfall FROM stock WHERE shortfall <> CASE WHEN reserved > on_hand THEN reserved - "
            + "on_hand ELSE 0 END"),
        new("stock_is_of_a_variant_of_the_store",
            "SELECT s.variant_id, s.store_id, v.store_id AS store_of_variant FROM stock s LEFT JOIN variants v ON v.id = s.variant_id "
            + "WHERE v.id IS NULL OR v.store_id <> s.store_id"),
        new("stock_events_are_counted",
            "SELECT s.variant_id, s.event_sequence, (SELECT COUNT(*) FROM events e WHERE e.subject = s.variant_id) AS events FROM stock s "
            + "WHERE s.event_sequence <> (SELECT COUNT(*) FROM events e WHERE e.subject = s.variant_id)"),
        new("reservations_hold_what_the_ledger_says",
            "SELECT r.id, r.status, l.variant_id, l.quantity, COALESCE(m.held, 0) AS held_by_ledger FROM reservations r JOIN "
            + "reservation_lines l ON l.reservation_id = r.id "
            + "LEFT JOIN (SELECT reference_id, variant_id, SUM(reserved_delta) AS held FROM stock_movements WHERE reference_id IN "
            + "(SELECT id FROM reservations) GROUP BY reference_id, variant_id) m ON m.reference_id = r.id AND m.variant_id = l.variant_id "
            + "WHERE COALESCE(m.held, 0) <> CASE WHEN r.status = 'active' THEN l.quantity ELSE 0 END"),
        new("reservations_have_an_event_per_step",
            "SELECT r.id, r.status, (SELECT COUNT(*) FROM events e WHERE e.subject = r.id) AS events FROM reservations r "
            + "WHERE (SELECT COUNT(*) FROM events e WHERE e.subject = r.id) <> CASE WHEN r.status = 'active' THEN 1 ELSE 2 END"),
    ];

    public static readonly IReadOnlyList<Repair> Repairs = [new("stock_from_its_ledger", RecomputeAsync)];

    private sealed record Balance(Guid VariantId, Guid LocationId, Guid StoreId, long OnHand, long Reserved, long Movements, int Events);

    private static readonly string Differing = "SELECT s.variant_id FROM stock s LEFT JOIN " + Sums
        + "WHERE s.on_hand <> COALESCE(m.on_hand, 0) OR s.reserved <> COALESCE(m.reserved, 0) OR s.movements <> COALESCE(m.last, 0) "
        + "OR s.shortfall <> CASE WHEN s.reserved > s.on_hand THEN s.reserved - s.on_hand ELSE 0 END "
        + "OR s.event_sequence <> (SELECT COUNT(*) FROM events e WHERE e.subject = s.variant_id) "
        + "UNION SELECT m.variant_id FROM stock_movements m LEFT JOIN stock s ON s.variant_id = m.variant_id AND s.location_id = "
        + "m.location_id WHERE s.variant_id IS NULL";

    /// <summary>
    /// Sets on hand, reserved, shortfall and the counters of every row that differs to what the ledger and the events say.
    /// </summary>
    private static async Task<IReadOnlyList<string>> RecomputeAsync(Tx tx)
    {
        var broken = await tx.QueryAsync(Differing, r => r.Uuid(0));
        if (broken.Count == 0)
        {
            return [];
        }

        Guid[] ids = [.. broken];
        var opening = tx.Batch();
        opening.Execute("INSERT INTO stock (variant_id, location_id, store_id, on_hand, reserved, shortfall, movements, event_sequence) "
            + "SELECT variant_id, location_id, MIN(CAST(store_id AS text)){as uuid}, 0, 0, 0, 0, 0 FROM stock_movements WHERE variant_id "
            + "{in $1} GROUP BY variant_id, location_id ORDER BY variant_id, location_id ON CONFLICT DO NOTHING", ids);
        var found = StockStore.Load(opening, ids);
        var ledger = opening.Query(
            "SELECT s.variant_id, s.location_id, s.store_id, COALESCE(m.on_hand, 0), COALESCE(m.reserved, 0), COALESCE(m.last, 0), "
            + "CAST((SELECT COUNT(*) FROM events e WHERE e.subject = s.variant_id) AS int), s.shortfall FROM stock s LEFT JOIN " + Sums
            + "WHERE s.variant_id {in $1}",
            r => (Balance: new Balance(r.Uuid(0), r.Uuid(1), r.Uuid(2), r.Long(3), r.Long(4), r.Long(5), r.Int(6)), Shortfall: r.Long(7)),
            ids);
        await opening.RunAsync();

        var rows = new RowSet("stock", new("variant_id", ColumnType.Uuid), new("location_id", ColumnType.Uuid),
            new("on_hand", ColumnType.Long),
            new("reserved", ColumnType.Long), new("shortfall", ColumnType.Long), new("movements", ColumnType.Long),
            new("event_sequence", ColumnType.Int));
        var lines = new List<string>();
        var was = found.Rows.ToDictionary(r => (r.VariantId, r.LocationId));
        foreach (var (right, shortfall) in ledger.Rows)
        {
            var row = was[(right.VariantId, right.LocationId)];
            var missing = Math.Max(0, right.Reserved - right.OnHand);
            if (right.OnHand < 0 || right.Reserved < 0)
            {
                lines.Add($"stock {right.VariantId}: not repaired: its ledger sums to {right.OnHand} on hand and {right.Reserved} "
                    + "reserved");
            }
            else if (new Balance(row.VariantId, row.LocationId, row.StoreId, row.OnHand, row.Reserved, row.Movements, row.EventSequence)
                != right || shortfall != missing)
            {
                StockStore.Invalidate(tx, row);
                rows.Add(right.VariantId).Add(right.LocationId).Add(right.OnHand).Add(right.Reserved).Add(missing).Add(right.Movements)
                    .Add(right.Events);
                lines.Add($"stock {right.VariantId}: on hand {row.OnHand} -> {right.OnHand}, reserved {row.Reserved} -> "
                    + $"{right.Reserved}, shortfall {shortfall} -> {missing}, "
                    + $"movements {row.Movements} -> {right.Movements}, events {row.EventSequence} -> {right.Events}");
            }
        }

        var writes = tx.Batch();
        writes.ChangeEach(rows,
            "UPDATE stock SET on_hand = {v.on_hand}, reserved = {v.reserved}, shortfall = {v.shortfall}, movements = {v.movements}, "
            + "event_sequence = {v.event_sequence} WHERE stock.variant_id = {v.variant_id} AND stock.location_id = {v.location_id}");
        await writes.RunAsync();
        return lines;
    }
}
