namespace Holdfast.Client;

/// <summary>A key that was just made.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Key">Shown this once; give it to <see cref="HoldfastClientOptions.ApiKey"/>.</param>
/// <param name="Name">As its maker called it.</param>
/// <param name="Hint">Its first characters, to tell keys apart.</param>
/// <param name="StoreIds">The stores that it works for.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
public sealed record NewApiKey(Guid Id, string Key, string Name, string Hint, IReadOnlyList<Guid> StoreIds, IReadOnlyList<string> Scopes,
    DateTimeOffset CreatedAt);
