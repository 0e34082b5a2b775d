
namespace Holdfast.Catalog.Core;

/// <summary>
/// One variant as a list of products has it; the product is known by its name, the variant by its sku, however these are written. What is
/// null leaves what is there.
/// </summary>
/// <param name="FreshProductId">The id of the product, should it be new.</param>
/// <param name="FreshVariantId">The id of the variant, should it be new.</param>
public sealed record ProductRow(Guid FreshProductId, Guid FreshVariantId, string Product, string Sku)
{
    /// <summary>In minor units of the store's currency.</summary>
    public long Price { get; init; }

    public string? VariantName { get; init; }

    public string? Description { get; init; }

    public string? Category { get; init; }

    /// <summary>Those named here are set, others stay.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = Texts.None;

    public int? PurchaseLimit { get; init; }

    public bool? Active { get; init; }
}
