namespace Holdfast.Commands.Products;

/// <summary>What another shop's file says of a product as a whole.</summary>
/// <param name="Line">Where it is said.</param>
internal sealed record ForeignProduct(int Line, string Name)
{
    public string? Category { get; init; }

    public string? Description { get; init; }

    public bool Active { get; init; }

    /// <summary>The names of its options, e.g. Size; null where it has fewer.</summary>
    public IReadOnlyList<string?> Options { get; init; } = [];
}
