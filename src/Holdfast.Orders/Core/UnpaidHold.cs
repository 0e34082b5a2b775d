
namespace Holdfast.Orders.Core;

/// <summary>Pieces of a variant that an order holds although nobody has paid and nobody of the shop vouches for it.</summary>
/// <param name="ExpiresAt">When the order expires; null where it was confirmed.</param>
public sealed record UnpaidHold(Guid OrderId, Guid VariantId, Guid StoreId, long Quantity, BuyerHashes Buyer, DateTime? ExpiresAt,
    DateTime CreatedAt);
