using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Identity.SignIn;
using Holdfast.Platform;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Endpoints;

/// <summary>
/// <c>POST /auth/register</c>: 201 with a customer's account, signed in; 409 <c>email_taken</c>. A guest's orders with this email do not
/// join it: nobody has proved the mailbox yet. An Idempotency-Key is not looked at: a stored answer would be a token at rest.
/// </summary>
internal sealed class RegisterAccount(AccountStore accounts, PasswordHashingQueue passwords, PasswordPolicy policy, SignInSessions sessions)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var fields = body.Value;
        var email = fields.Text("email", max: Emails.MaxLength);
        var name = fields.TextOrNull("name");
        var password = await policy.ReadAsync(fields, "password", email, name);
        if (email.Length > 0 && Emails.Key(email) is null)
        {
            fields.Reject("email", "is not an email address");
        }

        if (fields.Done() is { } error)
        {
            return error;
        }

        var origin = SignInOrigin.Stranger(request);
        var hash = await passwords.HashAsync(password, origin, request.Aborted);
        if (!hash.IsOk)
        {
            return hash.Error!;
        }

        var account = await accounts.CreateHashedAsync(Role.Customer, email, name, hash.Value, [], audited: null, request.Aborted);
        if (!account.IsOk)
        {
            passwords.NoteFailure(origin.Address);
            return account.Error!;
        }

        return await sessions.StartAsync(account.Value, hash.Value, "registered") is { } begun
            ? Reply.Created(begun, $"{Routes.Base}/auth/me") : IdentityErrors.InvalidCredentials;
    }
}
