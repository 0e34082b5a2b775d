
namespace Holdfast.Identity.SigningKeys;

/// <summary>A public key as <c>/.well-known/jwks.json</c> shows it (RFC 7517, 6.2.1 of RFC 7518).</summary>
internal sealed record PublicKey(string Kty, string Crv, string X, string Y, string Kid, string Use, string Alg);
