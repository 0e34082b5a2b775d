using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Identity.Tokens;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Audit;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.SignIn;

/// <summary>Sessions in the database: begun, gone on with, ended.</summary>
internal sealed class SignInSessions(Db db, RefreshTokens refreshTokens, DeviceTokens devices, TokenReader tokens, AccountStore accounts,
    RateLimits limits)
{
    /// <summary>Begins a session on the caller's transaction; forgets the account's that have run out.</summary>
    public async Task<SignInResult> StartAsync(Tx tx, Account account, AuditEntry entry)
    {
        var now = await tx.NowAsync();
        var session = new TokenFamily(Guid.CreateVersion7(), account.Id, 1, now, now, now + TokenFamily.Lifetime, null);
        var batch = tx.Batch();
        batch.Execute("DELETE FROM sessions WHERE user_id = $1 AND expires_at < $2", account.Id, now);
        batch.Execute("INSERT INTO sessions (id, user_id, generation, created_at, rotated_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)",
            session.Id, account.Id, session.Generation, now, session.ExpiresAt);
        AuditLog.Note(batch, entry, now);
        await batch.RunAsync();
        return Answer(account, session, now);
    }

    /// <summary>
    /// As <see cref="StartAsync(Tx, Account, AuditEntry)"/>, in a transaction of its own; null where the account was closed or its password
    /// changed since it was checked.
    /// </summary>
    /// <param name="hash">The one that the password was checked against.</param>
    /// <param name="better">A newer hash of the same password, to be kept instead; null: none.</param>
    public Task<SignInResult?> StartAsync(Account account, string hash, string action, string? better = null) => db.WriteAsync(async tx =>
    {
        if (!await HoldAsync(tx, account.Id, hash))
        {
            await tx.RollbackAsync();
            return null;
        }

        if (better is not null)
        {
            await tx.ExecuteAsync("UPDATE users SET password_hash = $2 WHERE id = $1", account.Id, better);
        }

        return (SignInResult?)await StartAsync(tx, account, new AuditEntry(action, account.Actor));
    });

    /// <summary>
    /// Whether the account is open and still has this hash. It is locked, so a change of the password either was first and is seen here, or
    /// waits and ends the session that begins now.
    /// </summary>
    public static async Task<bool> HoldAsync(Tx tx, Guid userId, string hash) =>
        (await tx.QueryAsync("SELECT id FROM users WHERE id = $1 AND active = $2 AND password_hash = $3 {lock}", r => r.Uuid(0), userId,
        true, hash)).Count > 0;

    /// <summary>The next tokens, or 401 <c>invalid_refresh_token</c>; a token that was replaced long ago ends the session.</summary>
    public async Task<Result<SignInResult>> RefreshAsync(string token)
    {
        if (!refreshTokens.TryRead(token, out var id, out var generation))
        {
            return IdentityErrors.InvalidRefreshToken;
        }

        if (await limits.RefuseAsync(Limit.Refresh, id) is { } refusal)
        {
            return refusal;
        }

        var moved = await db.WriteAsync<(Account? Account, TokenFamily Session, DateTime Now)?>(async tx =>
        {
            var batch = tx.Batch();
            var found = batch.Query(
                "SELECT id, user_id, generation, created_at, rotated_at, expires_at, revoked_at FROM sessions WHERE id = $1 {lock}",
                r => new TokenFamily(r.Uuid(0), r.Uuid(1), r.Int(2), r.Time(3), r.Time(4), r.Time(5), r.TimeOrNull(6)), id);
            await batch.RunAsync();
            var now = await tx.NowAsync();
            switch (found.First?.Present(generation, now))
            {
                case PresentedToken.Rotate:
                    var next = found.First.Rotated(now);
                    await tx.ExecuteAsync("UPDATE sessions SET generation = $2, rotated_at = $3, expires_at = $4 WHERE id = $1", id,
                        next.Generation, next.RotatedAt, next.ExpiresAt);
                    return (await accounts.FindAsync(tx, next.UserId), next, now);
                case PresentedToken.Repeat:
                    return (await accounts.FindAsync(tx, found.First.UserId), found.First, now);
                case PresentedToken.Stolen:
                    batch.Execute("UPDATE sessions SET revoked_at = $2 WHERE id = $1", id, now);
                    AuditLog.Note(batch, new AuditEntry("session_stolen", $"user:{found.First.UserId}", id.ToString()), now);
                    await batch.RunAsync();
                    return null;
                default:
                    return null;
            }
        });
        // The account as it was while the session was good: a token of a generation that has ended since is refused.
        if (moved is not { Account: { } account } m)
        {
            return IdentityErrors.InvalidRefreshToken;
        }

        return Answer(account, m.Session, m.Now);
    }

    /// <summary>Ends the session of the token, whichever of its tokens it is. Nothing happens where there is none.</summary>
    public async Task EndAsync(string token)
    {
        if (refreshTokens.TryRead(token, out var id, out _))
        {
            await db.WriteAsync(async tx =>
            {
                var now = await tx.NowAsync();
                var batch = tx.Batch();
                var ended = batch.Query("UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING user_id",
                    r => r.Uuid(0), id, now);
                await batch.RunAsync();
                if (ended.Rows is [var user])
                {
                    AuditLog.Note(batch, new AuditEntry("signed_out", $"user:{user}", id.ToString()), now);
                    await batch.RunAsync();
                }
            });
        }
    }

    /// <summary>Ends all sessions of an account, on the caller's transaction.</summary>
    public static void EndAll(StatementBatch batch, Guid userId, DateTime now) =>
        batch.Execute("UPDATE sessions SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL", userId, now);

    private SignInResult Answer(Account account, TokenFamily session, DateTime now) =>
        new(tokens.Make(account), "Bearer", (int)TokenReader.Lifetime.TotalSeconds,
        refreshTokens.Make(session.Id, session.Generation), (int)(session.ExpiresAt - now).TotalSeconds,
        devices.Make(session.Id, account.Id));
}
