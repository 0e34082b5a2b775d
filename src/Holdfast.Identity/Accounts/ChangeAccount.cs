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

namespace Holdfast.Identity.Accounts;

/// <summary>
/// <c>PATCH /auth/me</c> <c>{name}</c>: a customer's own name; null removes it (RFC 7396). <c>POST /auth/email</c> <c>{email,
/// password}</c> mails a link to the new address, and <c>POST /auth/email/confirm</c> <c>{token}</c> makes it the account's: only who can
/// read the new mailbox and is signed in gets it changed, and the old mailbox is told. Sessions, orders, carts and points stay; orders
/// keep the name and the email with which they were placed.
/// </summary>
internal sealed class ChangeAccount(Db db, AccountStore accounts, PasswordHashingQueue passwords, EmailProof proof, MailRequests requests,
    DroppedMails dropped, PublicUrl url)
{
    public async Task<Reply> RenameAsync(Request request)
    {
        var read = await CustomerRoute.ReadAsync(request, f => (Name: f.TextOrNull("name"), IsRemoved: f.IsNull("name")));
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var ((name, isRemoved), id) = (read.Value, request.Caller.Subject!.Value);
        return await db.WriteAsync<Reply>(async tx =>
        {
            await tx.QueryAsync("SELECT id FROM users WHERE id = $1 {lock}", r => r.Uuid(0), id);
            if (await accounts.FindAsync(tx, id) is not { } account)
            {
                await tx.RollbackAsync();
                return Errors.Unauthenticated;
            }

            // What stays as it is leaves no line: anybody could fill the log.
            if ((name is null && !isRemoved) || name == account.Name)
            {
                return Reply.Ok(account);
            }

            var now = await tx.NowAsync();
            var batch = tx.Batch();
            batch.Execute("UPDATE users SET name = $2{as text}, name_folded = $3{as text}, updated_at = $4 WHERE id = $1", id, name,
                CustomerSearch.Fold(name), now);
            AuditLog.Note(batch, new AuditEntry("name_changed", request.Caller.Actor), now);
            await batch.RunAsync();
            return Reply.Ok(account with { Name = name });
        });
    }

    /// <summary>202, whether the address is another account's or not: the mail that follows says nothing of it, either.</summary>
    public async Task<Reply> AskAsync(Request request)
    {
        var read = await CustomerRoute.ReadAsync(request, f =>
        {
            var wanted = f.Text("email", max: Emails.MaxLength);
            if (wanted.Length > 0 && Emails.Key(wanted) is null)
            {
                f.Reject("email", "is not an email address");
            }

            return (Email: wanted, Password: f.Secret("password", Passwords.MaxLength));
        });
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var (email, password) = read.Value;
        var owner = await PasswordChanges.CheckOwnerAsync(accounts, passwords, request, password);
        if (!owner.IsOk)
        {
            return owner.Error!;
        }

        var (id, token) = (owner.Value.Account.Id, OneTimeLinks.NewToken());
        await db.WriteAsync(async tx =>
        {
            var now = await tx.NowAsync();
            var batch = tx.Batch();
            OneTimeLinks.Add(batch, token, OneTimeLinks.ChangeEmail, id, now, proves: Emails.Key(email), email: email.Trim());
            // The new mailbox is anybody's: accounts without number must not fill it.
            var may = await requests.CountAsync(tx, OneTimeLinks.ChangeEmail, Emails.Key(email)!, $"account {id}", isProved: false,
                RateLimits.Partition(request.Http.Connection.RemoteIpAddress), now);
            QueuedMail? queued = null;
            if (may)
            {
                queued = Mails.Queue(batch, IdentityMails.ChangeEmail(
                    PasswordChanges.OncePerMinute(OneTimeLinks.ChangeEmail, id, now), email.Trim(),
                    url.Link("change-email", "token", token), request.IsVietnamese) with
                { UserId = id }, now);
            }

            await batch.RunAsync();
            if (queued is not null)
            {
                dropped.Note(tx, queued, now);
            }
        });
        return Reply.Accepted();
    }

    /// <summary>200; 422 <c>invalid_link</c>, 409 <c>email_taken</c> where another account has the address by now.</summary>
    public async Task<Reply> ConfirmAsync(Request request)
    {
        var read = await CustomerRoute.ReadAsync(request, f => f.Text("token"));
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var token = read.Value;
        try
        {
            var proved = await db.WriteAsync(tx => ConfirmAsync(tx, request, token));
            return await proof.JoinedAsync(proved);
        }
        catch (Exception e) when (db.IsUniqueViolation(e, "users"))
        {
            return IdentityErrors.EmailTaken;
        }
    }

    private async Task<Result<EmailProof.ProofResult>> ConfirmAsync(Tx tx, Request request, string token)
    {
        var now = await tx.NowAsync();
        if (await OneTimeLinks.TakeAsync(tx, token, OneTimeLinks.ChangeEmail, now) is not { EmailKey: { } key, Email: { } email } link
            || link.UserId != request.Caller.Subject
            || (await tx.QueryAsync("SELECT id FROM users WHERE id = $1 AND active = $2 AND password_hash IS NOT NULL {lock}", r =>
                r.Uuid(0), link.UserId, true)).Count == 0
            || await accounts.FindAsync(tx, link.UserId) is not { } before)
        {
            await tx.RollbackAsync();
            return IdentityErrors.InvalidLink;
        }

        var batch = tx.Batch();
        batch.Execute("UPDATE users SET email = $2, email_key = $3, updated_at = $4 WHERE id = $1", before.Id, email, key, now);
        // Links that went to the old mailbox are good for nothing any more.
        OneTimeLinks.ForgetAll(batch, before.Id);
        SignInAttempts.ForgetAll(batch, before.Email);
        var queued = Mails.Queue(batch, IdentityMails.EmailChanged($"email-changed:{before.Id}:{now.Ticks}", before.Email,
            request.IsVietnamese) with
        { UserId = before.Id }, now);
        AuditLog.Note(batch, new AuditEntry("email_changed", before.Actor), now);
        await batch.RunAsync();
        dropped.Note(tx, queued, now);
        return await proof.ProveAsync(tx, before with { Email = email }, now);
    }
}
