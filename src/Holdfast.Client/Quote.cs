using System.Text.Json;

namespace Holdfast.Client;

/// <summary>What an order would cost, in minor units of <paramref name="Currency"/>. It holds nothing.</summary>
/// <param name="Currency">The store's, an ISO 4217 code.</param>
/// <param name="Lines">One for each variant.</param>
/// <param name="Subtotal">The lines at their prices.</param>
/// <param name="DiscountCode">The first code; null where none would be used.</param>
/// <param name="DiscountAmount">What the codes take off.</param>
/// <param name="Discounts">Each code with what it takes off; empty where there is none.</param>
/// <param name="RedeemedPoints">Points that the total takes.</param>
/// <param name="PointsDiscountPrice">What these points pay.</param>
/// <param name="ShippingFee">What delivery costs.</param>
/// <param name="TaxAmount">The tax on all of it.</param>
/// <param name="ShippingTaxAmount">The part of the tax that is on delivery.</param>
/// <param name="TaxIncluded">Whether the prices have the tax in them; otherwise it is added to them.</param>
/// <param name="Total">What is to be paid.</param>
/// <param name="SessionMinutes">How long an order that is paid online would wait for its money; may have decimals.</param>
/// <param name="PaymentMethods">The ways to pay that store and products leave.</param>
/// <param name="CanBePlaced">Whether nothing stands in the way now.</param>
/// <param name="Obstacle">What stands in the way; null where nothing does.</param>
public sealed record Quote(string Currency, IReadOnlyList<QuoteLine> Lines, long Subtotal, string? DiscountCode, long DiscountAmount,
    IReadOnlyList<CodeDiscount> Discounts, long RedeemedPoints, long PointsDiscountPrice, long ShippingFee, long TaxAmount,
    long ShippingTaxAmount, bool TaxIncluded, long Total, decimal SessionMinutes, IReadOnlyList<string> PaymentMethods, bool CanBePlaced,
    Obstacle? Obstacle);

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

/// <summary>Why an order would be refused.</summary>
/// <param name="Code">The code of the refusal.</param>
/// <param name="Detail">A sentence in the caller's language.</param>
/// <param name="Facts">What else the refusal would tell, by name; null where there is nothing.</param>
public sealed record Obstacle(string Code, string Detail, IReadOnlyDictionary<string, JsonElement>? Facts);
