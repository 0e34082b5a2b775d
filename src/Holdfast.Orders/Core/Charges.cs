
namespace Holdfast.Orders.Core;

/// <summary>What an order costs. Amounts are minor units of the store's currency.</summary>
/// <param name="Lines">With their shares of the discount and the tax.</param>
/// <param name="Subtotal">The lines at their prices.</param>
/// <param name="Codes">In the order in which they were applied, with what each takes off.</param>
/// <param name="DiscountAmount">What the codes take off the goods; the sum of the lines' shares.</param>
/// <param name="TaxAmount">The sum of the lines' taxes and of that on shipping.</param>
/// <param name="ShippingTax">What of it is on shipping.</param>
/// <param name="TaxIncluded">The tax is in the prices; otherwise it is part of the total beside them.</param>
/// <param name="RedeemedPoints">Never more than the total takes.</param>
/// <param name="Total">Subtotal - discount + shipping + tax that is not included - points.</param>
public sealed record Charges(string Currency, OrderLine[] Lines, IReadOnlyList<AppliedCode> Codes, long Subtotal, long DiscountAmount,
    long ShippingFee, long TaxAmount,
    long ShippingTax, bool TaxIncluded, long RedeemedPoints, long PointsDiscountPrice, long Total);
