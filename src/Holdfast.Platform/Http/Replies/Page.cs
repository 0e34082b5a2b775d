
namespace Holdfast.Platform.Http.Replies;

/// <summary>A list as it is served.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
