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

/// <summary>
/// <c>POST /auth/forgot-password</c>: mails a link where there is an account; the answer and the work are the same where there is none.
/// </summary>
internal sealed class RequestPasswordReset(Db db, AccountStore accounts, MailRequests requests, DroppedMails dropped, PublicUrl url)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var read = await request.ReadAsync(f => f.Text("email", max: Emails.MaxLength));
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var email = read.Value;
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
                    IdentityMails.OncePerMinute(OneTimeLinks.ResetPassword, account.Id, now), account.Email,
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
}
