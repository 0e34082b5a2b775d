namespace Holdfast.Carts.Core;

/// <summary>What the catalog, the stock and the buyer's earlier orders say of a variant now.</summary>
/// <param name="Name">The product's, with the variant's own where it has one.</param>
/// <param name="Price">Minor units of the store's currency.</param>
/// <param name="Available">Pieces that can be sold; never below 0.</param>
/// <param name="Bought">Pieces that count towards the purchase limit already; 0 for an anonymous visitor.</param>
public sealed record VariantNow(Guid ProductId, string Sku, string Name, long Price, int? PurchaseLimit, bool ForSale, long Available,
    long Bought)
{
    /// <summary>How many more this buyer may have; null: any number.</summary>
    public long? MayBuy => PurchaseLimit is { } limit ? Math.Max(0, limit - Bought) : null;
}
