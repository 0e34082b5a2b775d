using Holdfast.Platform.Data;

namespace Holdfast.Loyalty;

/// <summary>What always holds of points, and how balances are recomputed from the ledger.</summary>
internal static class LoyaltyInvariants
{
    // Each is one statement, hence one snapshot: it may run beside a working server.
    private const string Sums =
        "(SELECT customer_id, store_id, SUM(delta) AS balance, COUNT(*) AS movements, MAX(sequence) AS last, "
        + "MIN(expires_at) AS first_expiry FROM points_movements GROUP BY customer_id, store_id) m ON m.customer_id = a.customer_id "
        + "AND m.store_id = a.store_id ";

    private const string Missed =
        "EXISTS (SELECT 1 FROM points_movements e WHERE e.customer_id = a.customer_id AND e.store_id = a.store_id AND e.expires_at > "
        + "a.updated_at AND (a.next_expiry IS NULL OR a.next_expiry > e.expires_at))";

    public static readonly IReadOnlyList<Invariant> All =
    [
        new("points_are_the_sum_of_their_ledger",
            "SELECT a.customer_id, a.store_id, a.balance, COALESCE(m.balance, 0) AS balance_of_ledger FROM points_accounts a LEFT JOIN "
            + Sums
            + "WHERE a.balance <> COALESCE(m.balance, 0)"),
        new("points_ledger_has_no_gaps",
            "SELECT a.customer_id, a.store_id, a.movements, COALESCE(m.movements, 0) AS rows_of_ledger, COALESCE(m.last, 0) AS "
            + "last_sequence FROM points_accounts a LEFT JOIN " + Sums
            + "WHERE a.movements <> COALESCE(m.movements, 0) OR a.movements <> COALESCE(m.last, 0)"),
        new("points_ledger_belongs_to_an_account",
            "SELECT m.customer_id, m.store_id, COUNT(*) AS movements FROM points_movements m LEFT JOIN points_accounts a ON "
            + "a.customer_id = m.customer_id AND a.store_id = m.store_id WHERE a.customer_id IS NULL GROUP BY m.customer_id, m.store_id"),
        new("points_do_not_miss_their_expiry",
            "SELECT a.customer_id, a.store_id, a.next_expiry FROM points_accounts a WHERE " + Missed),
        new("points_of_an_order_are_given_back_at_most_once",
            "SELECT order_id, SUM(delta) AS points FROM points_movements WHERE reason IN "
            + "('redeemed', 'late_payment', 'cancelled', 'expired', 'lines_cancelled', 'undelivered') GROUP BY order_id HAVING SUM(delta) "
            + "> 0"),
        new("points_of_an_order_are_taken_back_at_most_once",
            "SELECT order_id, SUM(delta) AS points FROM points_movements WHERE reason IN ('earned', 'returned') GROUP BY order_id HAVING "
            + "SUM(delta) < 0"),
    ];

    public static readonly IReadOnlyList<Repair> Repairs = [new("points_from_their_ledger", RecomputeAsync)];

    private sealed record Right(Guid CustomerId, Guid StoreId, long Balance, long WasBalance, long Movements, long WasMovements,
        DateTime? FirstExpiry);

    /// <summary>
    /// Sets every account that differs to what its ledger says; its next expiry to the first ever, so that the next decision looks at it
    /// again.
    /// </summary>
    private static async Task<IReadOnlyList<string>> RecomputeAsync(Tx tx)
    {
        const string Differs = "a.balance <> COALESCE(m.balance, 0) OR a.movements <> COALESCE(m.last, 0) OR " + Missed;
        await tx.ExecuteAsync(
            "INSERT INTO points_accounts (customer_id, store_id, balance, movements, updated_at) "
            + "SELECT customer_id, store_id, 0, 0, $1{as timestamptz} FROM points_movements GROUP BY customer_id, store_id "
            + "ORDER BY customer_id, store_id ON CONFLICT DO NOTHING", DateTime.UnixEpoch);
        var broken = await tx.QueryAsync("SELECT a.customer_id FROM points_accounts a LEFT JOIN " + Sums + "WHERE "
            + Differs, r => r.Uuid(0));
        if (broken.Count == 0)
        {
            return [];
        }

        var batch = tx.Batch();
        batch.Query("SELECT customer_id FROM points_accounts WHERE customer_id {in $1} ORDER BY customer_id, store_id {lock}",
            r => r.Uuid(0), broken.ToArray());
        var counted = batch.Query(
            "SELECT a.customer_id, a.store_id, COALESCE(m.balance, 0), a.balance, COALESCE(m.last, 0), a.movements, m.first_expiry FROM "
            + "points_accounts a LEFT JOIN " + Sums
            + $"WHERE a.customer_id {{in $1}} AND ({Differs})",
            r => new Right(r.Uuid(0), r.Uuid(1), r.Long(2), r.Long(3), r.Long(4), r.Long(5), r.TimeOrNull(6)), broken.ToArray());
        var now = batch.Now();
        await batch.RunAsync();

        var rows = new RowSet("points_accounts", new("customer_id", ColumnType.Uuid), new("store_id", ColumnType.Uuid),
            new("balance", ColumnType.Long),
            new("movements", ColumnType.Long), new("next_expiry", ColumnType.Time), new("updated_at", ColumnType.Time));
        var lines = new List<string>();
        foreach (var right in counted.Rows)
        {
            rows.Add(right.CustomerId).Add(right.StoreId).Add(right.Balance).Add(right.Movements).Add(right.FirstExpiry).Add(now.Rows[0]);
            lines.Add($"points of {right.CustomerId} in store {right.StoreId}: balance {right.WasBalance} -> {right.Balance}, movements "
                + $"{right.WasMovements} -> {right.Movements}");
        }

        batch.ChangeEach(rows,
            "UPDATE points_accounts SET balance = {v.balance}, movements = {v.movements}, next_expiry = {v.next_expiry}, updated_at = "
            + "{v.updated_at} WHERE points_accounts.customer_id = {v.customer_id} AND points_accounts.store_id = {v.store_id}");
        await batch.RunAsync();
        return lines;
    }
}
