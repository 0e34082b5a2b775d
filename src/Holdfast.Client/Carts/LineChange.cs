namespace Holdfast.Client;

/// <summary>What has changed since a line was added.</summary>
/// <param name="Code">
/// <c>price_changed</c>, <c>not_for_sale</c>, <c>unavailable</c>, <c>insufficient_stock</c> or <c>purchase_limit</c>.
/// </param>
/// <param name="OldPrice">Of a changed price: the one when the line was added; else null.</param>
/// <param name="MayBuy">Of a purchase limit: how many pieces this customer may still buy; else null.</param>
public sealed record LineChange(string Code, long? OldPrice = null, long? MayBuy = null);
