using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Identity.Links;
using Holdfast.Identity.SignIn;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Platform.Mail;
using Holdfast.Platform.Messaging;

namespace Holdfast.Identity.Endpoints;

/// <summary>
/// <c>POST /auth/email</c> <c>{email, password}</c> mails a link to the new address: 202, whether the address is another account's or not.
/// The mail says nothing of it, either.
/// </summary>
internal sealed class RequestEmailChange(Db db, OwnerCheck owners, MailRequests requests, DroppedMails dropped, PublicUrl url)
{
    public async Task<Reply> HandleAsync(Request request)
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
        var owner = await owners.CheckAsync(request, password);
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
                    IdentityMails.OncePerMinute(OneTimeLinks.ChangeEmail, id, now), email.Trim(),
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
}
