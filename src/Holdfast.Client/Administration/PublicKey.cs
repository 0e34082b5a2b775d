namespace Holdfast.Client;

/// <summary>A public key on the curve P-256 (RFC 7518, 6.2.1).</summary>
/// <param name="Kty"><c>EC</c>.</param>
/// <param name="Crv"><c>P-256</c>.</param>
/// <param name="X">Base64url.</param>
/// <param name="Y">Base64url.</param>
/// <param name="Kid">The id that a token's header names.</param>
/// <param name="Use"><c>sig</c>.</param>
/// <param name="Alg"><c>ES256</c>.</param>
public sealed record PublicKey(string Kty, string Crv, string X, string Y, string Kid, string Use, string Alg);
