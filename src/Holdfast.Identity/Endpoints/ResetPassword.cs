using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Identity.Links;
using Holdfast.Identity.SignIn;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Audit;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Endpoints;

/// <summary>
/// <c>POST /auth/reset-password</c>: a new password with a mailed token; 422 <c>invalid_link</c> where it was used or is too old. All
/// sessions that were begun with the old password end.
/// </summary>
internal sealed class ResetPassword(Db db, AccountStore accounts, PasswordHashingQueue passwords, PasswordPolicy policy)
{
    public async Task<Reply> HandleAsync(Request request)
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

            await NewPassword.WriteAsync(tx, account.Id, hash.Value, now);
            var batch = tx.Batch();
            SignInAttempts.ForgetAll(batch, account.Email);
            AuditLog.Note(batch, new AuditEntry("password_reset", account.Actor), now);
            await batch.RunAsync();
            return Reply.NoContent();
        });
    }
}
