using Holdfast.Identity.Accounts;
using Holdfast.Platform;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Endpoints;

/// <summary><c>GET /auth/me</c>: the caller as the database knows them now.</summary>
internal sealed class GetOwnAccount(AccountStore accounts)
{
    public async Task<Reply> HandleAsync(Request request) =>
        request.Caller.Subject is { } id && await accounts.FindAsync(id) is { } account ? Reply.Ok(account)
        : Errors.Unauthenticated;
}
