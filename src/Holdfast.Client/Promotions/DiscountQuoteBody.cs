namespace Holdfast.Client;

/// <summary>Goods for which a code is tried.</summary>
/// <param name="StoreId">The store that sells them.</param>
/// <param name="Subtotal">What they cost, in minor units.</param>
/// <param name="Category">Of what category they are; without: of none.</param>
public sealed record DiscountQuoteBody(Guid StoreId, long Subtotal, string? Category = null);
