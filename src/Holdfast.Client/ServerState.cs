namespace Holdfast.Client;

/// <summary>How a server is doing.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> (slower, and all is still right) or <c>unhealthy</c>.</param>
/// <param name="Dependencies">What it depends on; null where only the server was asked for.</param>
public sealed record Health(string Status, IReadOnlyList<Dependency>? Dependencies = null);

/// <summary>Something that a server depends on.</summary>
/// <param name="Name">What it is to the server: <c>database</c>, <c>cache</c>, <c>broker</c>, <c>lane</c>.</param>
/// <param name="Kind">What it is: <c>postgresql</c>, <c>sqlite</c>, <c>redis</c>, or its name.</param>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
/// <param name="LatencyMs">How long its answer took, in milliseconds; null where none was asked for or came.</param>
public sealed record Dependency(string Name, string Kind, string Status, double? LatencyMs);

/// <summary>The keys that access tokens are checked with (RFC 7517).</summary>
/// <param name="Keys">The one that signs, and those whose last tokens have not expired.</param>
public sealed record PublicKeys(IReadOnlyList<PublicKey> Keys);

/// <summary>A public key on the curve P-256 (RFC 7518, 6.2.1).</summary>
/// <param name="Kty"><c>EC</c>.</param>
/// <param name="Crv"><c>P-256</c>.</param>
/// <param name="X">Base64url.</param>
/// <param name="Y">Base64url.</param>
/// <param name="Kid">The id that a token's header names.</param>
/// <param name="Use"><c>sig</c>.</param>
/// <param name="Alg"><c>ES256</c>.</param>
public sealed record PublicKey(string Kty, string Crv, string X, string Y, string Kid, string Use, string Alg);
