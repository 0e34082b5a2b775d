namespace Holdfast.Client;

/// <summary>A page of a list.</summary>
/// <param name="Items">At most as many as <c>limit</c> asked for; none where the list is empty.</param>
/// <param name="NextCursor">Give it back, with the same filters and sort, for the next page; null on the last one.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
