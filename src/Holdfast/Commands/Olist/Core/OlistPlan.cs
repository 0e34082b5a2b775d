namespace Holdfast.Commands.Olist.Core;

/// <summary>What a folder of the data set comes to: stores, variants, stock and orders, and what is particular about them.</summary>
internal sealed record OlistPlan(
    IReadOnlyList<Seller> Stores,
    IReadOnlyList<VariantPlan> Variants,
    IReadOnlyList<SellerOrder> Orders,
    OlistCounts Counts);
