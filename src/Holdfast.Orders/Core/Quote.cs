namespace Holdfast.Orders.Core;

/// <summary>What an order would cost, as it is served. Amounts are minor units.</summary>
public sealed record Quote(string Currency, IReadOnlyList<QuoteLine> Lines, long Subtotal, string? DiscountCode, long DiscountAmount,
    IReadOnlyList<QuoteDiscount> Discounts,
    long RedeemedPoints, long PointsDiscountPrice, long ShippingFee, long TaxAmount, long ShippingTaxAmount, bool TaxIncluded, long Total)
{
    /// <summary>The charges as they are shown.</summary>
    public static Quote Of(Charges c) => new(c.Currency,
        [.. c.Lines.Select(l =>
        new QuoteLine(l.VariantId, l.ProductId, l.ProductName, l.Sku, l.UnitPrice, l.Quantity, l.LineTotal, l.Discount, l.Tax))],
        c.Subtotal, c.Codes is [var first, ..] ? first.Code.Code : null, c.DiscountAmount,
            [.. c.Codes.Select(d => new QuoteDiscount(d.Code.Code, d.Amount))],
        c.RedeemedPoints, c.PointsDiscountPrice, c.ShippingFee, c.TaxAmount, c.ShippingTax, c.TaxIncluded, c.Total);
}
