using Holdfast.Identity.Core;
using Holdfast.Identity.SignIn;
using Holdfast.Platform;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Audit;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Endpoints;

/// <summary>
/// <c>POST /auth/password</c> <c>{currentPassword, newPassword}</c>: the answer is a new session; all that were begun with the old password
/// end.
/// </summary>
internal sealed class ChangePassword(Db db, OwnerCheck owners, PasswordHashingQueue passwords, PasswordPolicy policy,
    SignInSessions sessions)
{
    public async Task<Reply> HandleAsync(Request request)
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

        var owner = await owners.CheckAsync(request, current);
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

            var generation = await NewPassword.WriteAsync(tx, account.Id, hash.Value, await tx.NowAsync());
            return Reply.Ok(
                await sessions.StartAsync(tx, account with { TokenGeneration = generation },
                new AuditEntry("password_changed", request.Caller.Actor)));
        });
    }
}
