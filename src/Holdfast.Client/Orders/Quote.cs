
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
