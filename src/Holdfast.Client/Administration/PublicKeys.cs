namespace Holdfast.Client;

/// <summary>The keys that access tokens are checked with (RFC 7517).</summary>
/// <param name="Keys">The one that signs, and those whose last tokens have not expired.</param>
public sealed record PublicKeys(IReadOnlyList<PublicKey> Keys);
