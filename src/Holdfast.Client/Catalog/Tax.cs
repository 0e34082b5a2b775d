namespace Holdfast.Client;

/// <summary>Tax on goods, in percent with at most four decimals.</summary>
/// <param name="Included">Prices have the tax in them; otherwise it comes on top.</param>
/// <param name="Rate">For goods whose category is not named.</param>
/// <param name="Categories">Rates of categories; null or empty where none differs.</param>
/// <param name="Shipping">For what delivery costs; null: it is not taxed.</param>
public sealed record Tax(bool Included, decimal Rate, IReadOnlyList<CategoryTax>? Categories = null, decimal? Shipping = null);
