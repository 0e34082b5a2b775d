namespace Holdfast.Carts.Core;

/// <summary>A line of a cart.</summary>
/// <param name="AddedPrice">The price when it was added.</param>
public sealed record CartLine(Guid VariantId, long Quantity, long AddedPrice, string AddedName, DateTime AddedAt, VariantNow Now);
