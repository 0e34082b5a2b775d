namespace Holdfast.Client;

/// <summary>A key as it is to be.</summary>
/// <param name="Name">What you call it, at most 100 characters.</param>
/// <param name="StoreIds">1 to 100.</param>
/// <param name="Scopes">1 to 50: the first part of a path and <c>read</c> or <c>write</c>, such as <c>orders:read</c>.</param>
public sealed record ApiKeyBody(string Name, IReadOnlyList<Guid> StoreIds, IReadOnlyList<string> Scopes);
