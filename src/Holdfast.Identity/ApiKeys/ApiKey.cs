
namespace Holdfast.Identity.ApiKeys;

/// <summary>An API key as it is shown; the key itself only once, when it is made.</summary>
/// <param name="Hint">Its first characters, to tell keys apart.</param>
/// <param name="LastUsedOn">The day, UTC, as yyyy-MM-dd.</param>
public sealed record ApiKey(Guid Id, string Name, string Hint, IReadOnlyList<Guid> StoreIds, IReadOnlyList<string> Scopes,
    DateTime CreatedAt, string? LastUsedOn, DateTime? RevokedAt);
