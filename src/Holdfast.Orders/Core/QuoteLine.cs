namespace Holdfast.Orders.Core;

/// <summary>A line of a quote; amounts in minor units.</summary>
public sealed record QuoteLine(Guid VariantId, Guid ProductId, string ProductName, string Sku, long UnitPrice, long Quantity,
    long LineTotal, long DiscountAmount, long TaxAmount);
