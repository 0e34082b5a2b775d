using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.External;

/// <summary>What an external token says about its bearer.</summary>
/// <param name="IssuedAt">Null where it does not say.</param>
internal sealed record ExternalIdentity(string Issuer, string Subject, Role Role, string? Email, string? Name, IReadOnlyList<Guid> Stores,
    DateTime Expires, DateTime? IssuedAt);
