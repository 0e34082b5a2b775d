namespace Holdfast.Client;

/// <summary>A key of another system.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Name">As its maker called it.</param>
/// <param name="Hint">Its first characters, to tell keys apart.</param>
/// <param name="StoreIds">The stores that it works for.</param>
/// <param name="Scopes">What it may do, such as <c>orders:read</c>.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="LastUsedOn">The day, UTC; null: never.</param>
/// <param name="RevokedAt">Null: it is good.</param>
public sealed record ApiKey(Guid Id, string Name, string Hint, IReadOnlyList<Guid> StoreIds, IReadOnlyList<string> Scopes,
    DateTimeOffset CreatedAt, DateOnly? LastUsedOn, DateTimeOffset? RevokedAt);
