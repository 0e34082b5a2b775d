namespace Holdfast.Client;

/// <summary>A line of an order; amounts are minor units of the order's currency.</summary>
/// <param name="VariantId">The variant.</param>
/// <param name="ProductId">The product of the variant.</param>
/// <param name="ProductName">As it was when the order was placed.</param>
/// <param name="Sku">As it was when the order was placed.</param>
/// <param name="UnitPrice">As it was when the order was placed.</param>
/// <param name="Quantity">Pieces that were ordered.</param>
/// <param name="LineTotal">Pieces times price, before discount and tax.</param>
/// <param name="DiscountAmount">Its share of what the codes take off; 0: none.</param>
/// <param name="TaxAmount">Its tax; 0: none.</param>
/// <param name="ShippedQuantity">Pieces that were sent out; 0: none.</param>
/// <param name="ReturnedQuantity">Pieces that came back after the delivery; 0: none.</param>
/// <param name="CancelledQuantity">Pieces that were cancelled before they were sent out; 0: none.</param>
/// <param name="UndeliveredQuantity">Pieces that came back, or were lost, before the delivery; 0: none.</param>
public sealed record OrderLine(Guid VariantId, Guid ProductId, string ProductName, string Sku, long UnitPrice, long Quantity,
    long LineTotal, long DiscountAmount = 0, long TaxAmount = 0, long ShippedQuantity = 0, long ReturnedQuantity = 0,
    long CancelledQuantity = 0, long UndeliveredQuantity = 0);
