using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http;

namespace Holdfast.Identity;

/// <summary>Somebody who can sign in.</summary>
/// <param name="Stores">The stores a staff member or service works for.</param>
public sealed record Account(Guid Id, Role Role, string Email, string? Name, IReadOnlyList<Guid> Stores)
{
    /// <summary>As <see cref="Caller.Actor"/> says it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Actor => $"{Role.ToString().ToLowerInvariant()}:{Id}";

    /// <summary>The roles that an account can have: <c>customer</c>, <c>staff</c>, <c>service</c>, <c>admin</c>.</summary>
    public static bool TryRole(string? text, out Role role)
    {
        role = text switch { "customer" => Role.Customer, "staff" => Role.Staff, "service" => Role.Service, "admin" => Role.Admin, _ => Role.Guest };
        return role != Role.Guest;
    }
}

/// <summary>The accounts in the database.</summary>
public sealed class Accounts(Db db)
{
    private const string Columns = "SELECT id, role, email, name, password_hash FROM users WHERE active = $1 AND role <> 'guest'";

    /// <summary>Makes an account that can sign in; 409 <c>email_taken</c>.</summary>
    /// <param name="email">As it is to be shown; what <see cref="Emails.Key"/> refuses is a bug of the caller's.</param>
    public Task<Result<Account>> CreateAsync(Role role, string email, string? name, string password, IReadOnlyList<Guid> stores, CancellationToken ct = default) =>
        CreateHashedAsync(role, email, name, Passwords.Hash(password), stores, ct);

    internal Task<Result<Account>> CreateHashedAsync(Role role, string email, string? name, string hash, IReadOnlyList<Guid> stores, CancellationToken ct)
    {
        var key = Emails.Key(email) ?? throw new ArgumentException("not an email", nameof(email));
        var account = new Account(Guid.CreateVersion7(), role, email.Trim(), name, stores);
        return db.WriteAsync<Result<Account>>(async tx =>
        {
            var now = await tx.NowAsync().ConfigureAwait(false);
            var inserted = await tx.ExecuteAsync(
                "INSERT INTO users (id, role, email, email_key, name, password_hash, active, created_at, updated_at) "
                + "VALUES ($1, $2, $3, $4, $5{as text}, $6, $7, $8, $8) ON CONFLICT (email_key) WHERE role <> 'guest' DO NOTHING",
                account.Id, role.ToString().ToLowerInvariant(), account.Email, key, name, hash, true, now).ConfigureAwait(false);
            if (inserted == 0)
            {
                await tx.RollbackAsync().ConfigureAwait(false);
                return IdentityErrors.EmailTaken;
            }

            var rows = new RowSet("user_stores", new("user_id", ColumnType.Uuid), new("store_id", ColumnType.Uuid));
            foreach (var store in stores.Distinct())
            {
                rows.Add(account.Id).Add(store);
            }

            var batch = tx.Batch();
            batch.Insert(rows);
            await batch.RunAsync().ConfigureAwait(false);
            return account;
        }, ct);
    }

    /// <summary>Makes the admin unless there is an account with this email; an account that is there stays as it is, its password, too.</summary>
    public async Task EnsureAdminAsync(string email, string password)
    {
        if (await FindByEmailAsync(Emails.Key(email)!).ConfigureAwait(false) is null)
        {
            // Another process that starts at the same time may be first: then this is a refusal, and just as well.
            await CreateAsync(Role.Admin, email, null, password, []).ConfigureAwait(false);
        }
    }

    /// <summary>The email of the oldest admin, or null while there is none.</summary>
    public Task<string?> FirstAdminAsync() => db.ReadAsync(s =>
        s.FirstAsync("SELECT email FROM users WHERE role = 'admin' AND active = $1 ORDER BY id LIMIT 1", r => r.TextOrNull(0), true));

    /// <summary>The active account with this id.</summary>
    public async Task<Account?> FindAsync(Guid id) => (await FindAsync($"{Columns} AND id = $2", id).ConfigureAwait(false))?.Account;

    internal async Task<Account?> FindAsync(Session session, Guid id) => (await FindAsync(session, $"{Columns} AND id = $2", id).ConfigureAwait(false))?.Account;

    internal Task<(Account Account, string? PasswordHash)?> FindWithHashAsync(Guid id) => FindAsync($"{Columns} AND id = $2", id);

    internal Task<(Account Account, string? PasswordHash)?> FindByEmailAsync(string emailKey) => FindAsync($"{Columns} AND email_key = $2", emailKey);

    private Task<(Account Account, string? PasswordHash)?> FindAsync(string sql, object key) => db.ReadAsync(s => FindAsync(s, sql, key));

    private static async Task<(Account Account, string? PasswordHash)?> FindAsync(Session s, string sql, object key)
    {
        var found = await s.QueryAsync(sql, r => (Id: r.Uuid(0), Role: r.Text(1), Email: r.Text(2), Name: r.TextOrNull(3), Hash: r.TextOrNull(4)), true, key)
            .ConfigureAwait(false);
        if (found.Count == 0 || !Account.TryRole(found[0].Role, out var role))
        {
            return null;
        }

        var stores = await s.QueryAsync("SELECT store_id FROM user_stores WHERE user_id = $1 ORDER BY store_id", r => r.Uuid(0), found[0].Id).ConfigureAwait(false);
        return (new Account(found[0].Id, role, found[0].Email, found[0].Name, stores), found[0].Hash);
    }
}
