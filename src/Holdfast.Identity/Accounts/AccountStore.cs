using Holdfast.Identity.Core;
using Holdfast.Identity.Links;
using Holdfast.Identity.SignIn;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Audit;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Text;

namespace Holdfast.Identity.Accounts;

/// <summary>The accounts in the database.</summary>
public sealed class AccountStore(Db db)
{
    private const string Accessible = "FROM users u WHERE u.active = $1 AND u.role <> 'guest'";
    private const string Joined = "FROM user_stores us JOIN users u ON u.id = us.user_id WHERE u.active = $1 AND u.role <> 'guest'";
    private const string ById = " AND u.id = $2";

    /// <summary>Makes an account that can sign in; 409 <c>email_taken</c>.</summary>
    /// <param name="email">As it is to be shown; what <see cref="Emails.Key"/> refuses is a bug of the caller's.</param>
    public Task<Result<Account>> CreateAsync(Role role, string email, string? name, string password, IReadOnlyList<Guid> stores,
        CancellationToken ct = default) =>
        CreateHashedAsync(role, email, name, Passwords.Hash(password), stores, "account_made", ct);

    internal Task<Result<Account>> CreateHashedAsync(Role role, string email, string? name, string hash, IReadOnlyList<Guid> stores,
        string? audited, CancellationToken ct)
    {
        var key = Emails.Key(email) ?? throw new ArgumentException("not an email", nameof(email));
        var account = new Account(Guid.CreateVersion7(), role, UnicodeText.Nfc(email.Trim()), name is null ? null
            : UnicodeText.Nfc(name), stores);
        return db.WriteAsync<Result<Account>>(async tx =>
        {
            var now = await tx.NowAsync();
            var inserted = await tx.ExecuteAsync(
                "INSERT INTO users (id, role, email, email_key, name, name_folded, password_hash, active, created_at, updated_at) "
                + "VALUES ($1, $2, $3, $4, $5{as text}, $9{as text}, $6, $7, $8, $8) ON CONFLICT (email_key) WHERE role <> 'guest' "
                + "DO NOTHING",
                account.Id, role.ToString().ToLowerInvariant(), account.Email, key, account.Name, hash, true, now,
                CustomerSearch.Fold(name));
            if (inserted == 0)
            {
                await tx.RollbackAsync();
                return IdentityErrors.EmailTaken;
            }

            var rows = new RowSet("user_stores", new("user_id", ColumnType.Uuid), new("store_id", ColumnType.Uuid));
            foreach (var store in stores.Distinct())
            {
                rows.Add(account.Id).Add(store);
            }

            var batch = tx.Batch();
            batch.Insert(rows);
            if (audited is not null)
            {
                AuditLog.Note(batch, new AuditEntry(audited, Caller.System.Actor, account.Id.ToString()), now);
            }

            await batch.RunAsync();
            return account;
        }, ct);
    }

    /// <summary>
    /// Disables or enables an account. Disabling ends its sessions at once and voids its mailed links; its access tokens end within five
    /// seconds, at all processes. Returns the stored account, or null if there is none, or a closed one.
    /// </summary>
    /// <param name="who">The email of an account of ours, or an id.</param>
    public Task<(Guid Id, string Email)?> SetActiveAsync(string who, bool active, CancellationToken ct = default) =>
        db.WriteAsync<(Guid, string)?>(async tx =>
    {
        var (condition, key) = Guid.TryParseExact(who, "D", out var id) ? ("id", (object)id) : ("email_key", Emails.Key(who) ?? "");
        var found = await tx.QueryAsync($"SELECT id, email FROM users WHERE {condition} = $1 AND role <> 'guest' {{lock}}",
            r => (Id: r.Uuid(0), Email: r.Text(1)), key);
        if (found is not [var account] || Emails.IsOfClosed(account.Email))
        {
            await tx.RollbackAsync();
            return null;
        }

        var now = await tx.NowAsync();
        var batch = tx.Batch();
        batch.Execute("UPDATE users SET active = $2, updated_at = $3 WHERE id = $1", account.Id, active, now);
        if (!active)
        {
            SignInSessions.EndAll(batch, account.Id, now);
            EndedTokens.End(batch, account.Id, now);
            OneTimeLinks.ForgetAll(batch, account.Id);
        }

        AuditLog.Note(batch, new AuditEntry(active ? "account_enabled" : "account_disabled", Caller.System.Actor, account.Id.ToString()),
            now);
        await batch.RunAsync();
        return account;
    }, ct);

    /// <summary>
    /// Makes the admin unless there is an account with this email; an existing account stays as it is, including its password.
    /// </summary>
    public async Task EnsureAdminAsync(string email, string password)
    {
        if (await FindByEmailAsync(Emails.Key(email)!) is null)
        {
            // Another process that starts at the same time may be first: then this is a refusal, and just as well.
            await CreateAsync(Role.Admin, email, null, password, []);
        }
    }

    /// <summary>The email of the oldest admin, or null while there is none.</summary>
    public Task<string?> FirstAdminAsync() => db.ReadAsync(s =>
        s.FirstAsync("SELECT email FROM users WHERE role = 'admin' AND active = $1 ORDER BY id LIMIT 1", r => r.TextOrNull(0), true));

    /// <summary>The active account with this id.</summary>
    public async Task<Account?> FindAsync(Guid id) => (await FindAsync(ById, id))?.Account;

    internal async Task<Account?> FindAsync(DbSession session, Guid id) =>
        (await FindAsync(session, ById, id))?.Account;

    internal Task<(Account Account, string? PasswordHash)?> FindWithHashAsync(Guid id) => FindAsync(ById, id);

    internal Task<(Account Account, string? PasswordHash)?> FindByEmailAsync(string emailKey) =>
        FindAsync(" AND u.email_key = $2", emailKey);

    private Task<(Account Account, string? PasswordHash)?> FindAsync(string condition, object key) =>
        db.ReadAsync(s => FindAsync(s, condition, key));

    // One round trip, and the same statements whether or not there is such an account.
    private static async Task<(Account Account, string? PasswordHash)?> FindAsync(DbSession session, string condition, object key)
    {
        var batch = session.Batch();
        var users = batch.Query(
            $"SELECT u.id, u.role, u.email, u.name, u.password_hash, u.email_proved_at, u.token_generation {Accessible}{condition}",
            r => (Id: r.Uuid(0), Role: r.Text(1), Email: r.Text(2), Name: r.TextOrNull(3), Hash: r.TextOrNull(4), Proved: r.TimeOrNull(5),
            Generation: r.Int(6)), true, key);
        var stores = batch.Query($"SELECT us.store_id {Joined}{condition} ORDER BY us.store_id", r => r.Uuid(0), true, key);
        await batch.RunAsync();
        return users.Rows is [var user] && Account.TryRole(user.Role, out var role)
            ? (new Account(user.Id, role, user.Email, user.Name, stores.Rows)
            {
                EmailProvedAt = user.Proved,
                TokenGeneration = user.Generation
            }, user.Hash) : null;
    }
}
