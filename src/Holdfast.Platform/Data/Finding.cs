
namespace Holdfast.Platform.Data;

/// <summary>An invariant that is broken.</summary>
/// <param name="Rows">Each as <c>column=value, ...</c>; the first ones.</param>
/// <param name="HasMore">There are more rows than are listed.</param>
public sealed record Finding(string Name, IReadOnlyList<string> Rows, bool HasMore);
