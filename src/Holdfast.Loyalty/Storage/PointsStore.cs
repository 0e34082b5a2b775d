using Holdfast.Loyalty.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Loyalty.Storage;

/// <summary>Loads and saves the <see cref="PointsBook"/>: one read under lock, one write per table.</summary>
public static class PointsStore
{
    private const string Select =
        "SELECT customer_id, store_id, balance, movements, next_expiry FROM points_accounts WHERE customer_id {in $1} AND store_id {in $2}";

    private static readonly Func<Row, PointsRow> Map = r => new PointsRow(r.Uuid(0), r.Uuid(1), r.Long(2), r.Long(3), r.TimeOrNull(4));

    /// <summary>The programs of those stores that have one.</summary>
    public static QueryResult<LoyaltyProgram> Programs(StatementBatch batch, Guid[] storeIds) => batch.Query(
        "SELECT store_id, amount_per_point, point_value, expires_after_days FROM loyalty_programs WHERE store_id {in $1}",
        r => new LoyaltyProgram(r.Uuid(0), r.Long(1), r.Long(2), r.IntOrNull(3)), storeIds);

    /// <summary>
    /// Locks the accounts, in the order of their keys, reads the programs of their stores and books what has lapsed by the database's
    /// clock: points lapse at the moment of the decision, whether a sweep has run or not. One round trip where nothing is due, else two.
    /// </summary>
    /// <param name="accounts">One at least.</param>
    /// <param name="claim">Makes the accounts that are absent first, sorted; without, absent ones are left out of the book.</param>
    /// <returns>The book, and the clock as it was read after the locks.</returns>
    public static async Task<(PointsBook Book, DateTime Now)> LoadAsync(Tx tx,
        IReadOnlyCollection<(Guid CustomerId, Guid StoreId)> accounts, bool claim)
    {
        var batch = tx.Batch();
        if (claim)
        {
            Claim(batch, accounts);
        }

        var book = Load(tx, batch, accounts);
        var now = batch.Now();
        await batch.RunAsync();
        return (await book(now.First), now.First);
    }

    /// <summary>
    /// As <see cref="LoadAsync"/>, with the statements of the batch. When they have run, the book is to be had for a clock that was read
    /// after them.
    /// </summary>
    public static Func<DateTime, Task<PointsBook>> Load(Tx tx, StatementBatch batch,
        IReadOnlyCollection<(Guid CustomerId, Guid StoreId)> accounts) =>
        Read(tx, batch, accounts, Select + " ORDER BY customer_id, store_id {lock}");

    /// <summary>As <see cref="LoadAsync"/> without locks, for quotes and for showing; never to be saved.</summary>
    public static async Task<PointsBook> PeekAsync(DbSession session, IReadOnlyCollection<(Guid CustomerId, Guid StoreId)> accounts) =>
        accounts.Count == 0 ? PointsBook.Empty : await PeekSomeAsync(session, accounts);

    /// <summary>Writes what changed: balances, guarded by what was read, and ledger rows.</summary>
    public static void Save(PointsBook book, StatementBatch batch, DateTime now)
    {
        if (!book.IsChanged)
        {
            return;
        }

        var accounts = new RowSet("points_accounts", new("customer_id", ColumnType.Uuid), new("store_id", ColumnType.Uuid),
            new("balance", ColumnType.Long),
            new("movements", ColumnType.Long), new("movements_read", ColumnType.Long), new("next_expiry", ColumnType.Time),
            new("updated_at", ColumnType.Time));
        foreach (var entry in book.Entries.Where(e => e.IsChanged))
        {
            accounts.Add(entry.Read.CustomerId).Add(entry.Read.StoreId).Add(entry.Balance).Add(entry.Movements).Add(entry.Read.Movements)
                .Add(entry.NextExpiry).Add(now);
        }

        var ledger = new RowSet("points_movements", new("customer_id", ColumnType.Uuid), new("store_id", ColumnType.Uuid),
            new("sequence", ColumnType.Long),
            new("delta", ColumnType.Long), new("reason", ColumnType.Text), new("order_id", ColumnType.Uuid), new("note", ColumnType.Text),
            new("expires_at", ColumnType.Time), new("created_at", ColumnType.Time));
        foreach (var m in book.Movements)
        {
            ledger.Add(m.Entry.Read.CustomerId).Add(m.Entry.Read.StoreId).Add(m.Sequence).Add(m.Delta).Add(m.Reason).Add(m.OrderId)
                .Add(m.Note).Add(m.ExpiresAt).Add(now);
        }

        batch.ChangeEach(accounts,
            "UPDATE points_accounts SET balance = {v.balance}, movements = {v.movements}, next_expiry = {v.next_expiry}, updated_at = "
            + "{v.updated_at} WHERE points_accounts.customer_id = {v.customer_id} AND points_accounts.store_id = {v.store_id} AND "
            + "points_accounts.movements = {v.movements_read}");
        batch.Insert(ledger);
    }

    /// <summary>
    /// Reads into the book what <see cref="PointsBook.NotLapsed"/> and <see cref="PointsBook.GiveBack"/> need: the ledgers of those
    /// accounts that have or had points that can lapse.
    /// </summary>
    /// <param name="accounts">Open in the book.</param>
    public static async Task ReadLedgersAsync(Tx tx, PointsBook book, IReadOnlyCollection<(Guid CustomerId, Guid StoreId)> accounts) =>
        book.Note(await tx.QueryAsync(
        "SELECT customer_id, store_id, delta, reason, order_id, expires_at FROM points_movements WHERE (customer_id, store_id) IN "
            + "(SELECT customer_id, store_id FROM points_movements WHERE customer_id {in $1} AND store_id {in $2} AND expires_at IS NOT "
            + "NULL) ORDER BY customer_id, store_id, sequence",
            r => new LedgerRow(r.Uuid(0), r.Uuid(1), r.Long(2), r.Text(3), r.UuidOrNull(4), r.TimeOrNull(5)), Customers(accounts),
            Stores(accounts)));

    /// <summary>What the ledgers say of expiry, summed by account and time. It goes through all movements of the accounts.</summary>
    internal static QueryResult<ExpiringPoints> Ledger(StatementBatch batch,
        IReadOnlyCollection<(Guid CustomerId, Guid StoreId)> accounts) =>
        batch.Query(
        "SELECT customer_id, store_id, expires_at, SUM(CASE WHEN expires_at IS NULL THEN 0 "
        + "ELSE delta END), SUM(CASE WHEN reason IN ('earned', 'returned') OR (reason = 'adjusted' AND delta > 0) THEN 0 ELSE -delta END) "
        + "FROM (SELECT m.customer_id, m.store_id, m.reason, m.delta, CASE WHEN m.reason = 'returned' THEN (SELECT e.expires_at "
        + "FROM points_movements e WHERE e.customer_id = m.customer_id AND e.store_id = m.store_id AND e.order_id = m.order_id "
        + "AND e.reason = 'earned') ELSE m.expires_at END AS expires_at FROM points_movements m WHERE m.customer_id {in $1} "
        + "AND m.store_id {in $2}) m GROUP BY customer_id, store_id, expires_at",
        r => new ExpiringPoints(r.Uuid(0), r.Uuid(1), r.TimeOrNull(2), r.Long(3), r.Long(4)), Customers(accounts), Stores(accounts));

    private static async Task<PointsBook> PeekSomeAsync(DbSession session, IReadOnlyCollection<(Guid CustomerId, Guid StoreId)> accounts)
    {
        var batch = session.Batch();
        var book = Read(session, batch, accounts, Select);
        var now = batch.Now();
        await batch.RunAsync();
        return await book(now.First);
    }

    private static Func<DateTime, Task<PointsBook>> Read(DbSession session, StatementBatch batch,
        IReadOnlyCollection<(Guid CustomerId, Guid StoreId)> accounts, string select)
    {
        var rows = batch.Query(select, Map, Customers(accounts), Stores(accounts));
        var programs = Programs(batch, Stores(accounts));
        return async now =>
        {
            var book = new PointsBook(programs.Rows, rows.Rows);
            await SettleAsync(session, book, now);
            return book;
        };
    }

    private static async Task SettleAsync(DbSession session, PointsBook book, DateTime now)
    {
        var due = book.Entries.Where(e => e.NextExpiry <= now).ToList();
        if (due.Count == 0)
        {
            return;
        }

        var batch = session.Batch();
        var fetched = Ledger(batch, due.ConvertAll(e => (e.Read.CustomerId, e.Read.StoreId)));
        await batch.RunAsync();
        var ledgers = fetched.Rows.ToLookup(r => (r.CustomerId, r.StoreId));
        foreach (var entry in due)
        {
            book.Settle(entry, ledgers[(entry.Read.CustomerId, entry.Read.StoreId)], now);
        }
    }

    private static void Claim(StatementBatch batch, IReadOnlyCollection<(Guid CustomerId, Guid StoreId)> accounts)
    {
        var rows = new RowSet("points_accounts", new("customer_id", ColumnType.Uuid), new("store_id", ColumnType.Uuid),
            new("balance", ColumnType.Long),
            new("movements", ColumnType.Long), new("updated_at", ColumnType.Time));
        foreach (var (customerId, storeId) in accounts.Distinct().Order())
        {
            rows.Add(customerId).Add(storeId).Add(0L).Add(0L).Add(DateTime.UnixEpoch);
        }

        batch.Insert(rows, "ON CONFLICT DO NOTHING");
    }

    private static Guid[] Customers(IReadOnlyCollection<(Guid CustomerId, Guid StoreId)> accounts) =>
        [.. accounts.Select(a => a.CustomerId).Distinct()];

    private static Guid[] Stores(IReadOnlyCollection<(Guid CustomerId, Guid StoreId)> accounts) =>
        [.. accounts.Select(a => a.StoreId).Distinct()];
}
