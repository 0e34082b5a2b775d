namespace Holdfast.Client;

/// <summary>What has changed since a line was added.</summary>
/// <param name="Code">
/// <c>price_changed</c>, <c>not_for_sale</c>, <c>unavailable</c>, <c>insufficient_stock</c> or <c>purchase_limit</c>.
/// </param>
/// <param name="OldPrice">The price when the line was added, if it has changed; else null.</param>
/// <param name="MayBuy">The pieces that this customer may still buy under a purchase limit; else null.</param>
public sealed record LineChange(string Code, long? OldPrice = null, long? MayBuy = null);
