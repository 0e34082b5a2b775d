using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Identity.External;
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
/// <c>DELETE /auth/me</c>: a customer's account ends. Orders stay, because the shop's books need them; what is personal about them is
/// replaced by the modules' hooks, in slices (<see cref="AccountClosings"/>): the last slices of long histories follow the answer. An
/// account of an external issuer has no password and needs none.
/// </summary>
internal sealed class CloseAccount(Db db, AccountStore accounts, OwnerCheck owners, IEnumerable<AccountHook> hooks,
    AccountClosings closings, GuestJoinings joinings)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        if (request.Caller.Role != Role.Customer)
        {
            return Errors.Forbidden;
        }

        var own = await accounts.FindWithHashAsync(request.Caller.Subject!.Value);
        if (own is null)
        {
            return Errors.Unauthenticated;
        }

        var password = own.Value.PasswordHash is null ? "" : body.Value.Secret("password", Passwords.MaxLength);
        if (body.Value.Done() is { } error)
        {
            return error;
        }

        if (own.Value.PasswordHash is not null)
        {
            var owner = await owners.CheckAsync(request, password);
            if (!owner.IsOk)
            {
                return owner.Error!;
            }
        }

        var (account, hash) = own.Value;
        await joinings.ContinueAsync(account.Id);
        var reply = await db.WriteAsync<Reply>(async tx => hash is null || await SignInSessions.HoldAsync(tx, account.Id, hash)
            ? await CloseAsync(tx, account) : await ChangedAsync(tx, account.Id));
        if (reply.Error is null)
        {
            await closings.ContinueAsync(account.Id);
        }

        return reply;
    }

    /// <summary>The password is another by now, or the account was closed already: whoever knows an old password ends nothing.</summary>
    private async Task<Reply> ChangedAsync(Tx tx, Guid id)
    {
        var isOpen = await accounts.FindAsync(tx, id) is not null;
        await tx.RollbackAsync();
        return isOpen ? IdentityErrors.WrongPassword : Errors.Unauthenticated;
    }

    private async Task<Reply> CloseAsync(Tx tx, Account account)
    {
        // Orders and carts that are on their way hold the account: they are there now, and later ones are refused.
        if (await tx.FirstAsync("SELECT email_key FROM users WHERE id = $1 AND active = $2 {lock}", r => r.Text(0), account.Id,
            true) is not { } key)
        {
            await tx.RollbackAsync();
            return Errors.Unauthenticated;
        }

        if (await GuestJoinings.AreLeftAsync(tx, account.Id))
        {
            await tx.RollbackAsync();
            return IdentityErrors.OrdersJoining;
        }

        var now = await tx.NowAsync();
        foreach (var hook in hooks)
        {
            if (await hook.CloseAsync(tx, account, now) is { } refusal)
            {
                await tx.RollbackAsync();
                return refusal;
            }
        }

        var batch = tx.Batch();
        batch.Execute(
            "UPDATE users SET email = $2, email_key = $2, name = NULL, name_folded = NULL, password_hash = NULL, issuer = NULL, subject "
            + "= NULL, email_proved_at = NULL, active = $3, updated_at = $4 WHERE id = $1",
            account.Id, Emails.OfClosed(account.Id), false, now);
        EndedTokens.End(batch, account.Id, now);
        batch.Execute("DELETE FROM sessions WHERE user_id = $1", account.Id);
        Mails.Forget(batch, account.Id);
        ExternalAccounts.Close(batch, key, now);
        OneTimeLinks.ForgetAll(batch, account.Id);
        SignInAttempts.ForgetAll(batch, account.Email);
        AccountClosings.Begin(batch, account, now);
        AuditLog.ForgetAddresses(batch, account.Actor);
        AuditLog.Note(batch, new AuditEntry("account_closed", account.Actor) { Address = null }, now);
        await batch.RunAsync();
        return Reply.NoContent();
    }
}
