using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Identity.SignIn;
using Holdfast.Platform;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Microsoft.AspNetCore.Identity;

namespace Holdfast.Identity.Endpoints;

/// <summary>
/// <c>POST /auth/login</c>. The answer is the same for an unknown email, a wrong password and a closed account, after the same work. An
/// Idempotency-Key is not looked at: a stored answer would be a token at rest, and a second sign-in does no harm.
/// </summary>
internal sealed class LogIn(AccountStore accounts, PasswordHashingQueue passwords, SignInSessions sessions, DeviceTokens devices)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var read = await request.ReadAsync(f => (Email: f.Text("email", max: Emails.MaxLength),
            Password: f.Secret("password", Passwords.MaxLength), Device: f.TextOrNull("deviceToken")));
        if (!read.IsOk)
        {
            return read.Error!;
        }

        var (email, password, device) = read.Value;
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
}
