using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Audit;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Mail;
using Holdfast.Platform.Messaging;

namespace Holdfast.Identity.Links;

/// <summary>
/// <c>POST /auth/verify-email/send</c> and <c>/auth/verify-email</c>: a mailed link shows that the mailbox is the account's. Then, and not
/// before, what was ordered with the email without signing in joins the account. Both by whoever is signed in to it: whose mailbox it is
/// may click on a link that somebody else has asked for.
/// </summary>
internal sealed class EmailProof(Db db, AccountStore accounts, GuestJoinings joinings, MailRequests requests,
    DroppedMails dropped, PublicUrl url)
{
    public async Task<Reply> SendAsync(Request request)
    {
        var read = await CustomerRoute.ReadAsync(request, _ => true);
        if (!read.IsOk)
        {
            return read.Error!;
        }

        if (await accounts.FindAsync(request.Caller.Subject!.Value) is not { } account)
        {
            return Errors.Unauthenticated;
        }

        if (Emails.Key(account.Email) is not { } mailbox)
        {
            return IdentityErrors.NoEmail;
        }

        var token = OneTimeLinks.NewToken();
        await db.WriteAsync(async tx =>
        {
            var now = await tx.NowAsync();
            var batch = tx.Batch();
            OneTimeLinks.Add(batch, token, OneTimeLinks.VerifyEmail, account.Id, now, proves: mailbox);
            var may = await requests.CountAsync(tx, OneTimeLinks.VerifyEmail, mailbox, $"account {account.Id}", isProved: false,
                RateLimits.Partition(request.Http.Connection.RemoteIpAddress), now);
            var queued = may ? Queue(batch, account, token, request.IsVietnamese, now) : null;
            await batch.RunAsync();
            if (queued is not null)
            {
                dropped.Note(tx, queued, now);
            }
        });
        return Reply.Accepted();
    }

    private QueuedMail Queue(StatementBatch batch, Account account, string token, bool vietnamese, DateTime now) => Mails.Queue(batch,
        IdentityMails.VerifyEmail(PasswordChanges.OncePerMinute(OneTimeLinks.VerifyEmail, account.Id, now), account.Email,
            url.Link("verify-email", "token", token), vietnamese) with
        { UserId = account.Id }, now);

    public async Task<Reply> VerifyAsync(Request request)
    {
        var read = await CustomerRoute.ReadAsync(request, f => f.Text("token"));
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var token = read.Value;
        return await JoinedAsync(await db.WriteAsync<Result<ProofResult>>(async tx =>
        {
            var now = await tx.NowAsync();
            if (await OneTimeLinks.TakeAsync(tx, token, OneTimeLinks.VerifyEmail, now) is not { } link
                || link.UserId != request.Caller.Subject || await FindAsync(tx, link) is not { } account)
            {
                await tx.RollbackAsync();
                return IdentityErrors.InvalidLink;
            }

            return await ProveAsync(tx, account, now);
        }));
    }

    /// <summary>
    /// Records that the mailbox is the account's, and begins to move the orders that a guest placed with it to the account. After the
    /// commit <see cref="JoinedAsync"/> goes on.
    /// </summary>
    internal async Task<ProofResult> ProveAsync(Tx tx, Account account, DateTime now)
    {
        var batch = tx.Batch();
        batch.Execute("UPDATE users SET email_proved_at = $2, updated_at = $2 WHERE id = $1", account.Id, now);
        var guest = batch.Query("SELECT id FROM users WHERE role = 'guest' AND email_key = $1 {lock}", r => r.Uuid(0),
            Emails.Key(account.Email));
        AuditLog.Note(batch, new AuditEntry("email_verified", account.Actor), now);
        await batch.RunAsync();
        var (joined, isMore) = guest.Rows.Count == 0 ? (0, false)
            : await joinings.BeginAsync(tx, new JoiningGuest(guest.First, account.Id, account.Actor), now);
        return new ProofResult(account, joined, isMore);
    }

    /// <summary>The answer: the account's email, and how many orders have joined it by now. Others may follow.</summary>
    internal async Task<Reply> JoinedAsync(Result<ProofResult> proved)
    {
        if (!proved.IsOk)
        {
            return proved.Error!;
        }

        var (account, joined, isMore) = proved.Value;
        var more = isMore ? await joinings.ContinueAsync(account.Id) : 0;
        return Reply.Ok(new { account.Email, JoinedOrders = joined + more });
    }

    /// <summary>An account whose mailbox is proved, how many orders have joined it with that, and whether others follow.</summary>
    internal sealed record ProofResult(Account Account, int Joined, bool IsMore);

    /// <summary>
    /// Returns the account if it still has the email that the link was sent to: an external issuer may have changed it since, and the link
    /// proves nothing about the new one. The account is locked, so that it keeps the email until the proof is written.
    /// </summary>
    private async Task<Account?> FindAsync(Tx tx, OneTimeLinks.Taken link)
    {
        await tx.QueryAsync("SELECT id FROM users WHERE id = $1 {lock}", r => r.Uuid(0), link.UserId);
        var account = await accounts.FindAsync(tx, link.UserId);
        return link.EmailKey is not null && Emails.Key(account?.Email) == link.EmailKey ? account : null;
    }
}
