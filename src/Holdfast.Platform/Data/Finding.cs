
namespace Holdfast.Platform.Data;

/// <summary>An invariant that is broken.</summary>
/// <param name="Rows">The first rows that break the invariant, each as <c>column=value, ...</c>.</param>
/// <param name="HasMore">Whether more rows break it than are listed.</param>
public sealed record Finding(string Name, IReadOnlyList<string> Rows, bool HasMore);
