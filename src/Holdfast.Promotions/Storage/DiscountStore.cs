using Holdfast.Platform.Data;
using Holdfast.Promotions.Core;

namespace Holdfast.Promotions.Storage;

/// <summary>Loads and saves the <see cref="DiscountBook"/>: one read under lock, set-based writes.</summary>
public static class DiscountStore
{
    // The next row of the code's and order's ledger, under the phone of the first; the table refuses a second use, and a second giving
    // back, in a row.
    private const string Next =
        "INSERT INTO discount_uses (code_id, order_id, sequence, store_id, buyer, delta, created_at, limited, phone, amount) "
        + "SELECT $1{as uuid}, $2{as uuid}, COALESCE(MAX(sequence), 0) + 1, $3{as uuid}, $4{as text}, $5{as int}, $6{as timestamptz}, "
        + "$7{as bool}, MAX(phone), ";

    private const string Of = " FROM discount_uses WHERE code_id = $1 AND order_id = $2";
    private const string UseAgain = Next + "$8{as bigint}" + Of;
    private const string GiveBack = Next + "COALESCE(SUM(delta * amount), 0)" + Of;

    /// <summary>
    /// Reads codes by key without a lock, for what is decided again under lock or only shown: the stores' own and those for all stores.
    /// </summary>
    public static QueryResult<DiscountCode> Peek(StatementBatch batch, Guid[] storeIds, string[] codeKeys) => DiscountTable.Table.Query(
        batch, "WHERE (store_id {in $1} AND code_key {in $2}) OR (store_id IS NULL AND code_key {in $2})", storeIds, codeKeys);

    /// <summary>Locks codes, in the order of their ids.</summary>
    public static QueryResult<DiscountCode> Load(StatementBatch batch, Guid[] codeIds) =>
        DiscountTable.Table.Query(batch, "WHERE id {in $1} ORDER BY id {lock}", codeIds);

    /// <summary>
    /// Live uses of the buyers, who are known by mailbox, account or phone, of those codes that have a limit per customer. Put it after
    /// <see cref="Load"/> in the same round trip: what is read under the lock of the codes stays true.
    /// </summary>
    public static QueryResult<(Guid CodeId, string Buyer, long Uses)> Uses(StatementBatch batch, Guid[] codeIds, string[] buyers) =>
        batch.Query(
        "SELECT code_id, buyer, SUM(delta) FROM discount_uses WHERE code_id {in $1} AND buyer {in $2} AND limited GROUP BY code_id, buyer "
        + "UNION ALL SELECT code_id, phone, SUM(delta) FROM discount_uses WHERE code_id {in $1} AND phone {in $2} AND limited "
        + "AND phone IS NOT NULL GROUP BY code_id, phone",
        r => (r.Uuid(0), r.Text(1), r.Long(2)), codeIds, buyers);

    /// <summary>The uses of the orders count for nobody's limit any more: each has a buyer of its own instead of an email.</summary>
    public static void ForgetBuyers(StatementBatch batch, Guid[] codeIds, Guid[] orderIds) => batch.Execute(
        "UPDATE discount_uses SET buyer = 'order:' || CAST(order_id AS text), phone = NULL WHERE code_id {in $1} AND order_id {in $2}",
        codeIds, orderIds);

    /// <summary>
    /// Writes what changed: the counters, guarded by what was read, and a ledger row for each use and giving back. An order that uses a
    /// code twice, or gives back what it has not, is refused by the database.
    /// </summary>
    public static void Save(DiscountBook book, StatementBatch batch, DateTime now)
    {
        if (!book.IsChanged)
        {
            return;
        }

        var counters = new RowSet("discount_codes", new("id", ColumnType.Uuid), new("used", ColumnType.Long),
            new("used_read", ColumnType.Long));
        foreach (var (code, used) in book.Changed)
        {
            counters.Add(code.Id).Add(used).Add(code.Used);
        }

        var first = new RowSet("discount_uses", new("code_id", ColumnType.Uuid), new("order_id", ColumnType.Uuid),
            new("sequence", ColumnType.Int),
            new("store_id", ColumnType.Uuid), new("buyer", ColumnType.Text), new("delta", ColumnType.Int), new("amount", ColumnType.Long),
            new("created_at", ColumnType.Time), new("limited", ColumnType.Bool),
            new("phone", ColumnType.Text));
        foreach (var use in book.Uses.Where(u => u.IsFirst))
        {
            first.Add(use.CodeId).Add(use.OrderId).Add(1).Add(use.StoreId).Add(use.Buyer).Add(use.Delta).Add(use.Amount).Add(now)
                .Add(book.IsLimited(use.CodeId)).Add(use.Phone);
        }

        batch.ChangeEach(counters,
            "UPDATE discount_codes SET used = {v.used} WHERE discount_codes.id = {v.id} AND discount_codes.used = {v.used_read}");
        batch.Insert(first);
        foreach (var use in book.Uses.Where(u => !u.IsFirst))
        {
            if (use.Delta > 0)
            {
                batch.Execute(UseAgain, use.CodeId, use.OrderId, use.StoreId, use.Buyer, use.Delta, now, book.IsLimited(use.CodeId),
                    use.Amount);
            }
            else
            {
                batch.Execute(GiveBack, use.CodeId, use.OrderId, use.StoreId, use.Buyer, use.Delta, now, book.IsLimited(use.CodeId));
            }
        }
    }
}
