namespace Holdfast.Orders.Core;

/// <summary>
/// What of an order's amounts belongs to pieces that were cancelled or came back undelivered. It follows from the lines alone, so that it
/// does not matter
/// in how many steps they went: each step gives back the difference, and all of them together give back the whole.
/// </summary>
internal static class Shares
{
    /// <summary>The part of an amount, rounded half up. <paramref name="whole"/> is above 0.</summary>
    public static long Of(long amount, long part, long whole) => (long)((((Int128)amount * part * 2) + whole) / (2 * (Int128)whole));

    /// <summary>The order with the amount and the points of those of its pieces that are gone.</summary>
    public static Order Apply(Order order)
    {
        var price = order.Total + order.PointsDiscountPrice;
        if (order.Lines.All(l => l.Live == 0))
        {
            // Nothing is left that shipping could have been paid for.
            return order with { CancelledAmount = order.Total, CancelledPoints = order.RedeemedPoints };
        }

        var gone = order.Lines.Sum(l => Gone(l, order.TaxIncluded));
        return price == 0 ? order : order with
        {
            CancelledAmount = gone - Of(order.PointsDiscountPrice, gone, price),
            CancelledPoints = Of(order.RedeemedPoints, gone, price),
        };
    }

    /// <summary>
    /// What the pieces that are gone would have cost: their price and their shares of the line's discount and of tax beside the prices.
    /// </summary>
    private static long Gone(OrderLine line, bool taxIncluded) => (line.UnitPrice * line.Gone) - Of(line.Discount, line.Gone, line.Quantity)
        + (taxIncluded ? 0 : Of(line.Tax, line.Gone, line.Quantity));
}
