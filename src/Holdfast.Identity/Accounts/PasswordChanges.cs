using Holdfast.Identity.Core;
using Holdfast.Identity.Links;
using Holdfast.Identity.SignIn;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Audit;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Mail;
using Holdfast.Platform.Messaging;
using Microsoft.AspNetCore.Identity;

namespace Holdfast.Identity.Accounts;

/// <summary>
/// <c>POST /auth/password</c>, <c>/auth/forgot-password</c> and <c>/auth/reset-password</c>. Every new password ends the sessions that were
/// begun with the old one.
/// </summary>
internal sealed class PasswordChanges(Db db, AccountStore accounts, PasswordHashingQueue passwords, PasswordPolicy policy,
    SignInSessions sessions,
    MailRequests requests, DroppedMails dropped, PublicUrl url)
{
    /// <summary>Another password, knowing the present one; the answer is a new session, all others end.</summary>
    public async Task<Reply> ChangeAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var current = body.Value.Secret("currentPassword", Passwords.MaxLength);
        var password = await policy.ReadAsync(body.Value, "newPassword", request.Caller.Email ?? "", request.Caller.Name);
        if (body.Value.Done() is { } error)
        {
            return error;
        }

        var owner = await CheckOwnerAsync(accounts, passwords, request, current);
        if (!owner.IsOk)
        {
            return owner.Error!;
        }

        var hash = await passwords.HashAsync(password, SignInOrigin.SignedIn(request), request.Aborted);
        if (!hash.IsOk)
        {
            return hash.Error!;
        }

        var (account, checkedHash) = owner.Value;
        return await db.WriteAsync<Reply>(async tx =>
        {
            // Whoever knows an old password must not replace the one that took its place while that was checked.
            if (!await SignInSessions.HoldAsync(tx, account.Id, checkedHash))
            {
                await tx.RollbackAsync();
                return IdentityErrors.WrongPassword;
            }

            var generation = await WriteAsync(tx, account.Id, hash.Value, await tx.NowAsync());
            return Reply.Ok(
                await sessions.StartAsync(tx, account with { TokenGeneration = generation },
                new AuditEntry("password_changed", request.Caller.Actor)));
        });
    }

    /// <summary>Mails a link where there is an account; the answer and the work are the same where there is none.</summary>
    public async Task<Reply> ForgotAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var email = body.Value.Text("email", max: Emails.MaxLength);
        if (body.Value.Done() is { } error)
        {
            return error;
        }

        var account = Emails.TryKey(email, out var key) && await accounts.FindByEmailAsync(key) is { } found
            ? found.Account : null;
        var token = OneTimeLinks.NewToken();
        await db.WriteAsync(async tx =>
        {
            var now = await tx.NowAsync();
            var batch = tx.Batch();
            // A row for nobody, too: a commit that writes takes longer than one that does not.
            OneTimeLinks.Add(batch, token, OneTimeLinks.ResetPassword, account?.Id, now);
            var may = await requests.CountAsync(tx, OneTimeLinks.ResetPassword, key ?? email,
                account is null ? null : $"account {account.Id}", account?.EmailProvedAt is not null,
                RateLimits.Partition(request.Http.Connection.RemoteIpAddress), now);
            QueuedMail? queued = null;
            if (may && account is not null)
            {
                queued = Mails.Queue(batch, IdentityMails.ResetPassword(
                    OncePerMinute(OneTimeLinks.ResetPassword, account.Id, now), account.Email,
                    url.Link("reset-password", "token", token), request.IsVietnamese) with
                { UserId = account.Id }, now);
            }

            await batch.RunAsync();
            if (queued is not null)
            {
                dropped.Note(tx, queued, now);
            }
        });
        return Reply.Accepted();
    }

    /// <summary>A new password with a mailed token: 422 <c>invalid_link</c> where it was used or is too old.</summary>
    public async Task<Reply> ResetAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var token = body.Value.Text("token");
        // Whose token it is comes before the work: tokens of nobody's cost none.
        var owner = await OneTimeLinks.OwnerAsync(db, token, OneTimeLinks.ResetPassword) is { } id
            ? await accounts.FindAsync(id) : null;
        var password = await policy.ReadAsync(body.Value, "password", owner?.Email ?? "", owner?.Name);
        if (body.Value.Done() is { } error)
        {
            return error;
        }

        if (owner is null)
        {
            return IdentityErrors.InvalidLink;
        }

        var hash = await passwords.HashAsync(password, SignInOrigin.Stranger(request), request.Aborted);
        if (!hash.IsOk)
        {
            return hash.Error!;
        }

        return await db.WriteAsync<Reply>(async tx =>
        {
            var now = await tx.NowAsync();
            var account = await OneTimeLinks.TakeAsync(tx, token, OneTimeLinks.ResetPassword, now) is { } link
                ? await accounts.FindAsync(tx, link.UserId) : null;
            if (account is null)
            {
                await tx.RollbackAsync();
                return IdentityErrors.InvalidLink;
            }

            await WriteAsync(tx, account.Id, hash.Value, now);
            var batch = tx.Batch();
            SignInAttempts.ForgetAll(batch, account.Email);
            AuditLog.Note(batch, new AuditEntry("password_reset", account.Actor), now);
            await batch.RunAsync();
            return Reply.NoContent();
        });
    }

    /// <summary>
    /// The caller's own account with the hash that was checked, when the password is theirs: 403 <c>wrong_password</c>, 409
    /// <c>no_password</c> where the account is an outside issuer's.
    /// </summary>
    internal static async Task<Result<(Account Account, string Hash)>> CheckOwnerAsync(AccountStore accounts,
        PasswordHashingQueue passwords,
        Request request, string password)
    {
        if (request.Caller.Subject is not { } id || await accounts.FindWithHashAsync(id) is not { } own)
        {
            return Errors.Unauthenticated;
        }

        if (own.PasswordHash is null)
        {
            return IdentityErrors.NoPassword;
        }

        var check = await passwords.CheckAsync(Emails.Key(own.Account.Email) ?? "", own.Account.Actor, own.PasswordHash, password,
            SignInOrigin.SignedIn(request), request.Aborted);
        if (!check.IsOk)
        {
            return check.Error!;
        }

        return check.Value == PasswordVerificationResult.Failed ? IdentityErrors.WrongPassword : (own.Account, own.PasswordHash);
    }

    /// <summary>A mail of one kind to one account, at most one a minute: nobody's mailbox is filled by asking again and again.</summary>
    internal static string OncePerMinute(string purpose, Guid id, DateTime now) => $"{purpose}:{id}:{now.Ticks / TimeSpan.TicksPerMinute}";

    /// <summary>The generation that tokens of the account are of from now on.</summary>
    private static async Task<int> WriteAsync(Tx tx, Guid userId, string hash, DateTime now)
    {
        var batch = tx.Batch();
        batch.Execute("UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1", userId, hash, now);
        var generation = EndedTokens.End(batch, userId, now);
        SignInSessions.EndAll(batch, userId, now);
        OneTimeLinks.ForgetAll(batch, userId);
        await batch.RunAsync();
        return generation.First;
    }
}
