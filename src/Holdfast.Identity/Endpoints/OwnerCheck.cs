using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Identity.SignIn;
using Holdfast.Platform;
using Holdfast.Platform.Http.Routing;
using Microsoft.AspNetCore.Identity;

namespace Holdfast.Identity.Endpoints;

/// <summary>Checks the password of the account that a request comes from.</summary>
internal sealed class OwnerCheck(AccountStore accounts, PasswordHashingQueue passwords)
{
    /// <summary>
    /// The caller's own account with the hash that was checked, when the password is theirs: 403 <c>wrong_password</c>, 409
    /// <c>no_password</c> where the account is an outside issuer's.
    /// </summary>
    public async Task<Result<(Account Account, string Hash)>> CheckAsync(Request request, string password)
    {
        if (request.Caller.Subject is not { } id || await accounts.FindWithHashAsync(id) is not { } own)
        {
            return Errors.Unauthenticated;
        }

        if (own.PasswordHash is null)
        {
            return IdentityErrors.NoPassword;
        }

        var check = await passwords.CheckAsync(Emails.Key(own.Account.Email) ?? "", own.Account.Actor, own.PasswordHash, password,
            SignInOrigin.SignedIn(request), request.Aborted);
        if (!check.IsOk)
        {
            return check.Error!;
        }

        return check.Value == PasswordVerificationResult.Failed ? IdentityErrors.WrongPassword : (own.Account, own.PasswordHash);
    }
}
