
namespace Holdfast.Orders.Core;

/// <summary>What the catalog says of a variant.</summary>
/// <param name="Price">Minor units of the store's currency.</param>
/// <param name="ForSale">The variant is active and its product not deleted.</param>
public sealed record VariantFacts(Guid Id, Guid StoreId, Guid ProductId, string ProductName, string Sku, long Price, int? PurchaseLimit,
    bool ForSale, string? Category = null)
{
    /// <summary>How an order with it can be paid; null: as the store's others.</summary>
    public IReadOnlyList<PaymentMethod>? PaymentMethods { get; init; }
}
