
namespace Holdfast.Client;

/// <summary>A line of a quote; amounts are minor units.</summary>
/// <param name="VariantId">The variant.</param>
/// <param name="ProductId">The product of the variant.</param>
/// <param name="ProductName">As the catalog has it.</param>
/// <param name="Sku">Unique within the store.</param>
/// <param name="UnitPrice">The price of a piece.</param>
/// <param name="Quantity">Pieces, 1 or more.</param>
/// <param name="LineTotal">Pieces times price, before discount and tax.</param>
/// <param name="DiscountAmount">Its share of what the codes take off.</param>
/// <param name="TaxAmount">Its tax.</param>
public sealed record QuoteLine(Guid VariantId, Guid ProductId, string ProductName, string Sku, long UnitPrice, long Quantity,
    long LineTotal, long DiscountAmount, long TaxAmount);
