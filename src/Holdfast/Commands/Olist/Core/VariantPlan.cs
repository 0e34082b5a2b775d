namespace Holdfast.Commands.Olist.Core;

/// <summary>One variant per (product, seller, price). <c>Needed</c>: the units that the orders of the data set take.</summary>
internal sealed record VariantPlan(string ProductId, string SellerId, long Price, long Needed)
{
    /// <summary>By which the variant is found again in the engine.</summary>
    public string ExternalId => $"{ProductId}:{SellerId}:{Price}";
}
