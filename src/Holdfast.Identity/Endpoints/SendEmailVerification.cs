using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Identity.Links;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Mail;
using Holdfast.Platform.Messaging;

namespace Holdfast.Identity.Endpoints;

/// <summary><c>POST /auth/verify-email/send</c>: mails a link that shows that the mailbox is the account's; 202.</summary>
internal sealed class SendEmailVerification(Db db, AccountStore accounts, MailRequests requests, DroppedMails dropped, PublicUrl url)
{
    public async Task<Reply> HandleAsync(Request request)
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
        IdentityMails.VerifyEmail(IdentityMails.OncePerMinute(OneTimeLinks.VerifyEmail, account.Id, now), account.Email,
            url.Link("verify-email", "token", token), vietnamese) with
        { UserId = account.Id }, now);
}
