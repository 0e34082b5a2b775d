using Holdfast.Identity.SigningKeys;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Endpoints;

/// <summary><c>GET /.well-known/jwks.json</c>: the keys that other services check our tokens with (RFC 7517).</summary>
internal sealed class GetPublicKeys(SigningKeyRing keys)
{
    public Task<Reply> HandleAsync(Request request) => Task.FromResult(Reply.Ok(new { Keys = keys.Published }));
}
