using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Identity.Accounts;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Audit;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.External;

/// <summary>
/// The rows of users whom the outside issuer knows: found or made by issuer and subject, and kept as their latest token says. A token from
/// before the account was closed makes no new one; who signs in after that gets a new account.
/// </summary>
internal sealed class ExternalAccounts(Db db)
{
    private const string Prefix = "oidc:";

    /// <summary>How far the issuer's clock may be ahead of ours.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    /// <summary>The caller, and the generation of tokens that the account is at; null where the account is closed.</summary>
    public async Task<(Caller Caller, int Generation)?> CallerAsync(ExternalIdentity identity)
    {
        var key = Prefix + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{identity.Issuer}\n{identity.Subject}")));
        var known = await db.ReadAsync(s => FindAsync(s, key));
        if (known is null || !IsUpToDate(known, identity))
        {
            known = await db.WriteAsync(tx => WriteAsync(tx, key, identity, known?.Role));
        }

        return known is { Active: true }
            ? (new Caller(known.Id, identity.Role, identity.Email, identity.Name, identity.Stores.ToHashSet()), known.Generation) : null;
    }

    /// <summary>Remembers when the account of this key was closed, if it is one of an outside issuer.</summary>
    public static void Close(StatementBatch batch, string emailKey, DateTime now)
    {
        if (emailKey.StartsWith(Prefix, StringComparison.Ordinal))
        {
            batch.Execute(
                "INSERT INTO closed_identities (email_key, closed_at) VALUES ($1, $2) ON CONFLICT (email_key) DO UPDATE SET closed_at = "
                + "excluded.closed_at", emailKey, now);
        }
    }

    private sealed record KnownUser(Guid Id, string Role, string Email, string? Name, bool Active, int Generation,
        IReadOnlyList<Guid> Stores);

    private static async Task<KnownUser?> FindAsync(DbSession session, string key)
    {
        var batch = session.Batch();
        var user = batch.Query("SELECT id, role, email, name, active, token_generation FROM users WHERE email_key = $1 AND role <> 'guest'",
            r => new KnownUser(r.Uuid(0), r.Text(1), r.Text(2), r.TextOrNull(3), r.Bool(4), r.Int(5), []), key);
        var stores = batch.Query(
            "SELECT us.store_id FROM user_stores us JOIN users u ON u.id = us.user_id WHERE u.email_key = $1 AND u.role <> 'guest' ORDER "
            + "BY us.store_id", r => r.Uuid(0), key);
        await batch.RunAsync();
        return user.First is { } found ? found with { Stores = stores.Rows } : null;
    }

    private static bool IsUpToDate(KnownUser known, ExternalIdentity identity) => known.Role == Name(identity.Role)
        && known.Email == (identity.Email ?? "")
        && known.Name == identity.Name && known.Stores.ToHashSet().SetEquals(identity.Stores);

    private static async Task<KnownUser?> WriteAsync(Tx tx, string key, ExternalIdentity identity, string? before)
    {
        var now = await tx.NowAsync();
        await tx.ExecuteAsync(
            "INSERT INTO users (id, role, email, email_key, name, name_folded, active, issuer, subject, created_at, updated_at) VALUES "
            + "($1, $2, $3, $4, $5{as text}, $10{as text}, $6, $7, $8, $9, $9) "
            + "ON CONFLICT (email_key) WHERE role <> 'guest' DO UPDATE SET role = excluded.role, email = excluded.email, name = "
            + "excluded.name, name_folded = excluded.name_folded, updated_at = excluded.updated_at, "
            // Another email is not proved by the proof of the one before.
            + "email_proved_at = CASE WHEN users.email = excluded.email THEN users.email_proved_at END",
            Guid.CreateVersion7(), Name(identity.Role), identity.Email ?? "", key, identity.Name, true, identity.Issuer, identity.Subject,
            now, CustomerSearch.Fold(identity.Name));
        // After the insert, which waits for whoever is closing the account.
        var closed = await tx.FirstAsync("SELECT closed_at FROM closed_identities WHERE email_key = $1", r => (DateTime?)r.Time(0), key);
        if (closed is { } at && !(identity.IssuedAt > at + Skew))
        {
            await tx.RollbackAsync();
            return null;
        }

        var known = (await FindAsync(tx, key))!;
        var rows = new RowSet("user_stores", new("user_id", ColumnType.Uuid), new("store_id", ColumnType.Uuid));
        foreach (var store in identity.Stores)
        {
            rows.Add(known.Id).Add(store);
        }

        var batch = tx.Batch();
        batch.Execute("DELETE FROM user_stores WHERE user_id = $1", known.Id);
        batch.Insert(rows);
        if (before != known.Role)
        {
            AuditLog.Note(batch,
                new AuditEntry(before is null ? "account_made" : "role_changed", $"{known.Role}:{known.Id}", known.Id.ToString()), now);
        }

        await batch.RunAsync();
        return known;
    }

    private static string Name(Role role) => role.ToString().ToLowerInvariant();
}
