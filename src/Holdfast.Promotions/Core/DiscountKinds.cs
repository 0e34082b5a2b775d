
namespace Holdfast.Promotions.Core;

/// <summary>Kinds as they are stored and served.</summary>
public static class DiscountKinds
{
    private static readonly string[] Names = ["percent", "fixed", "free_shipping"];

    public static IReadOnlyList<string> All => Names;

    public static string NameOf(DiscountKind kind) => Names[(int)kind];

    /// <summary>The inverse of <see cref="NameOf"/>.</summary>
    public static DiscountKind Parse(string name) =>
        Array.IndexOf(Names, name) is >= 0 and var i ? (DiscountKind)i
        : throw new ArgumentOutOfRangeException(nameof(name), name, "is not a name that is stored");
}
