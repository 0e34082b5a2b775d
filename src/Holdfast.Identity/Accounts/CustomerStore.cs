using Holdfast.Identity.Core;
using Holdfast.Platform.Data;

namespace Holdfast.Identity.Accounts;

/// <summary>
/// Guests, found or made in sets, for a batch of orders. A guest and an account may share an email: an order placed with an email alone
/// never joins the account, because nobody has proved that the mailbox is theirs.
/// </summary>
public static class CustomerStore
{
    private const string Accounts = "SELECT id, active, email, email_proved_at FROM users WHERE id {in $1}";

    private static readonly Func<Row, LockedAccount> MapAccount = r =>
        new LockedAccount(r.Uuid(0), !r.Bool(1), r.IsNull(3) ? null : Emails.Key(r.Text(2)));

    private const string Select = "SELECT id, email_key, email, name FROM users WHERE role = 'guest' AND email_key {in $1}";

    /// <summary>
    /// Locks accounts until the transaction ends: whoever closes one waits. Many may lock an account at once. Call it before all locks
    /// except those of keys; accounts that are already closed must not be served.
    /// </summary>
    public static QueryResult<LockedAccount> Hold(StatementBatch batch, Guid[] accountIds) =>
        batch.Query($"{Accounts} ORDER BY id {{share}}", MapAccount, accountIds);

    /// <summary>As <see cref="Hold"/>, without a lock: for accounts that are only shown.</summary>
    public static QueryResult<LockedAccount> Look(StatementBatch batch, Guid[] accountIds) => batch.Query(Accounts, MapAccount, accountIds);

    /// <summary>The guests that exist among these keys; no locks: a guest who was found stays a user for ever.</summary>
    public static QueryResult<Customer> FindGuests(StatementBatch batch, string[] emailKeys) => batch.Query(Select, Map, [emailKeys]);

    /// <summary>
    /// Makes the guests that are missing, in the order of their keys, so that two batches never wait for each other in a circle. Returns
    /// the id of every key asked for, and whether it was made here: a concurrent batch may have made it in the meantime (waits for its
    /// commit). Of entries with the same key the first counts. Undone with the transaction.
    /// </summary>
    public static async Task<Dictionary<string, (Guid Id, bool IsNew)>> CreateMissingGuestsAsync(
        Tx tx, IReadOnlyCollection<(string EmailKey, string Email, string? Name)> missing, DateTime now)
    {
        if (missing.Count == 0)
        {
            return [];
        }

        var rows = new RowSet("users", new("id", ColumnType.Uuid), new("role", ColumnType.Text), new("email", ColumnType.Text),
            new("email_key", ColumnType.Text),
            new("name", ColumnType.Text), new("name_folded", ColumnType.Text), new("active", ColumnType.Bool),
            new("created_at", ColumnType.Time), new("updated_at", ColumnType.Time));
        var guests = missing.DistinctBy(m => m.EmailKey, StringComparer.Ordinal).OrderBy(m => m.EmailKey, StringComparer.Ordinal).ToList();
        foreach (var (key, email, name) in guests)
        {
            rows.Add(Guid.CreateVersion7()).Add("guest").Add(email).Add(key).Add(name).Add(CustomerSearch.Fold(name)).Add(true).Add(now)
                .Add(now);
        }

        // Two statements: only one that begins after the insert sees what a concurrent batch has committed while the insert waited for it.
        var batch = tx.Batch();
        var made = batch.InsertReturning(rows, "ON CONFLICT (email_key) WHERE role = 'guest' DO NOTHING RETURNING id", r => r.Uuid(0));
        var found = FindGuests(batch, [.. guests.Select(g => g.EmailKey)]);
        await batch.RunAsync();
        var isNew = made.Rows.ToHashSet();
        return found.Rows.ToDictionary(c => c.EmailKey, c => (c.Id, isNew.Contains(c.Id)), StringComparer.Ordinal);
    }

    /// <summary>Locks guests, in the order of their ids.</summary>
    public static Task LockGuestsAsync(Tx tx, Guid[] ids) =>
        tx.QueryAsync("SELECT id FROM users WHERE id {in $1} AND role = 'guest' ORDER BY id {lock}", r => r.Uuid(0), ids);

    /// <summary>Corrects the name of a guest, where the condition on <c>users</c> holds; <c>{0}</c> stands for its parameter.</summary>
    public static void RenameGuest(StatementBatch batch, Guid id, string name, DateTime now, string condition,
        object parameter) => batch.Execute(
        "UPDATE users SET name = $2, name_folded = $3, updated_at = $4 WHERE id = $1 AND role = 'guest' AND "
            + $"{condition.Replace("{0}", "$5", StringComparison.Ordinal)}",
        id, name, CustomerSearch.Fold(name), now, parameter);

    /// <summary>Removes a guest whom this transaction has made, where the condition on <c>users</c> holds.</summary>
    public static void RemoveGuest(StatementBatch batch, Guid id, string condition) =>
        batch.Execute($"DELETE FROM users WHERE id = $1 AND role = 'guest' AND {condition}", id);

    private static Customer Map(Row r) => new(r.Uuid(0), r.Text(1), r.Text(2), r.TextOrNull(3));
}
