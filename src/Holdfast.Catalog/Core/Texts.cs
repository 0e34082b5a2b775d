namespace Holdfast.Catalog.Core;

/// <summary>The shared empty map.</summary>
internal static class Texts
{
    public static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();
}
