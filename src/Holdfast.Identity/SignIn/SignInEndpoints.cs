using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Identity.SigningKeys;
using Holdfast.Platform;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Microsoft.AspNetCore.Identity;

namespace Holdfast.Identity.SignIn;

/// <summary>
/// <c>POST /auth/register</c>, <c>/login</c>, <c>/refresh</c>, <c>/logout</c>, <c>GET /auth/me</c> and the public keys. An Idempotency-Key
/// is not looked at: a stored answer would be a token at rest, and doing it twice does no harm.
/// </summary>
internal sealed class SignInEndpoints(AccountStore accounts, PasswordHashingQueue passwords, PasswordPolicy policy, SignInSessions sessions,
    DeviceTokens devices,
    SigningKeyRing keys)
{
    /// <summary>
    /// A customer's account, signed in; 409 <c>email_taken</c>. A guest's orders with this email do not join it: nobody has proved the
    /// mailbox yet.
    /// </summary>
    public async Task<Reply> RegisterAsync(Request request)
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

    /// <summary>One answer for an unknown email, a wrong password and a closed account, after the same work.</summary>
    public async Task<Reply> LoginAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var fields = body.Value;
        var email = fields.Text("email", max: Emails.MaxLength);
        var password = fields.Secret("password", Passwords.MaxLength);
        var device = fields.TextOrNull("deviceToken");
        if (fields.Done() is { } error)
        {
            return error;
        }

        var key = Emails.Key(email);
        var found = key is null ? null : await accounts.FindByEmailAsync(key);
        // A token of nobody's is checked, too, so that time does not tell. One that is not the account's is as good as none.
        var isKnown = devices.TryRead(device ?? "", found?.Account.Id ?? Guid.Empty, out var id) && found is not null;
        var origin = isKnown ? SignInOrigin.Device(request, id) : SignInOrigin.Stranger(request);
        var check = await passwords.CheckAsync(key ?? email, found?.Account.Actor ?? "guest", found?.PasswordHash, password, origin,
            request.Aborted);
        if (!check.IsOk || check.Value == PasswordVerificationResult.Failed)
        {
            return check.Error ?? IdentityErrors.InvalidCredentials;
        }

        // A hash from when fewer iterations were usual is made again; where there is no room for that at the moment, at the next sign-in.
        var better = check.Value == PasswordVerificationResult.SuccessRehashNeeded
            ? await passwords.HashAsync(password, origin, request.Aborted) : default(Result<string>?);
        return await sessions.StartAsync(found!.Value.Account, found.Value.PasswordHash!, "signed_in", better is { IsOk: true } made
            ? made.Value : null) is { } begun
            ? Reply.Ok(begun) : IdentityErrors.InvalidCredentials;
    }

    public async Task<Reply> RefreshAsync(Request request)
    {
        var token = await TokenAsync(request);
        if (!token.IsOk)
        {
            return token.Error!;
        }

        var next = await sessions.RefreshAsync(token.Value);
        return next.IsOk ? Reply.Ok(next.Value) : next.Error!;
    }

    /// <summary>Ends the session; what it was, or whether it was, is not told.</summary>
    public async Task<Reply> LogoutAsync(Request request)
    {
        var token = await TokenAsync(request);
        if (!token.IsOk)
        {
            return token.Error!;
        }

        await sessions.EndAsync(token.Value);
        return Reply.NoContent();
    }

    /// <summary>The caller as the database knows them now.</summary>
    public async Task<Reply> MeAsync(Request request) =>
        request.Caller.Subject is { } id && await accounts.FindAsync(id) is { } account ? Reply.Ok(account)
        : Errors.Unauthenticated;

    /// <summary>The keys that other services check our tokens with (RFC 7517).</summary>
    public Task<Reply> KeysAsync(Request request) => Task.FromResult(Reply.Ok(new { Keys = keys.Published }));

    private static async Task<Result<string>> TokenAsync(Request request)
    {
        var body = await request.FieldsAsync();
        if (!body.IsOk)
        {
            return body.Error!;
        }

        var token = body.Value.Text("refreshToken");
        return body.Value.Done() is { } error ? error : token;
    }
}
