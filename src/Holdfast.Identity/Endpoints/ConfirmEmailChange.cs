using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Identity.Links;
using Holdfast.Identity.SignIn;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Audit;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Mail;

namespace Holdfast.Identity.Endpoints;

/// <summary>
/// <c>POST /auth/email/confirm</c> <c>{token}</c> makes the address of a mailed link the account's. Only somebody who can read the new
/// mailbox and is signed in can do it, and the old mailbox is told. Sessions, orders, carts and points stay; orders keep the name and the
/// email with which they were placed. 422 <c>invalid_link</c>, 409 <c>email_taken</c> where another account has the address by now.
/// </summary>
internal sealed class ConfirmEmailChange(Db db, AccountStore accounts, EmailProof proof, DroppedMails dropped)
{
    public async Task<Reply> HandleAsync(Request request)
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

    private async Task<Result<ProofResult>> ConfirmAsync(Tx tx, Request request, string token)
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
