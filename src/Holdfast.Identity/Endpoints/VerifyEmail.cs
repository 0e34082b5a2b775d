using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Identity.Links;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Endpoints;

/// <summary>
/// <c>POST /auth/verify-email</c>: a mailed link shows that the mailbox is the account's; see <see cref="EmailProof"/>. The caller is
/// whoever is signed in to the account: the owner of a mailbox may click on a link that somebody else has asked for.
/// </summary>
internal sealed class VerifyEmail(Db db, AccountStore accounts, EmailProof proof)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var read = await CustomerRoute.ReadAsync(request, f => f.Text("token"));
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var token = read.Value;
        return await proof.JoinedAsync(await db.WriteAsync<Result<ProofResult>>(async tx =>
        {
            var now = await tx.NowAsync();
            if (await OneTimeLinks.TakeAsync(tx, token, OneTimeLinks.VerifyEmail, now) is not { } link
                || link.UserId != request.Caller.Subject || await FindAsync(tx, link) is not { } account)
            {
                await tx.RollbackAsync();
                return IdentityErrors.InvalidLink;
            }

            return await proof.ProveAsync(tx, account, now);
        }));
    }

    /// <summary>
    /// The account, if it still has the email that the link was sent to: an outside issuer may have given it another since, and of that the
    /// link proves nothing. Locked, so that it keeps the email until the proof is written.
    /// </summary>
    private async Task<Account?> FindAsync(Tx tx, OneTimeLinks.Taken link)
    {
        await tx.QueryAsync("SELECT id FROM users WHERE id = $1 {lock}", r => r.Uuid(0), link.UserId);
        var account = await accounts.FindAsync(tx, link.UserId);
        return link.EmailKey is not null && Emails.Key(account?.Email) == link.EmailKey ? account : null;
    }
}
