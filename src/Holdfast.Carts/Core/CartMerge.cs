namespace Holdfast.Carts.Core;

/// <summary>An anonymous visitor turns out to be a customer: one cart is made of the two.</summary>
public static class CartMerge
{
    /// <summary>
    /// Quantities are added, up to what is available and what the customer may still buy, but no line of the customer's gets fewer pieces
    /// than it had. A line of both keeps the price and the name of the customer's. The carts must be read for the same buyer.
    /// </summary>
    public static MergeResult Merge(Cart customers, Cart visitors)
    {
        var changed = new List<CartLine>();
        var leftOut = new List<OmittedLine>();
        var room = Cart.MaxLines - customers.Lines.Count;
        foreach (var line in visitors.Lines)
        {
            var mine = customers.Find(line.VariantId);
            var had = mine?.Quantity ?? 0;
            var most = mine is null && room <= 0 ? 0
                : Math.Min(Math.Min(line.Now.Available, line.Now.MayBuy ?? long.MaxValue), Cart.MaxQuantity);
            var quantity = Math.Max(had, Math.Min(had + line.Quantity, most));
            if (quantity > had)
            {
                changed.Add((mine ?? line) with { Quantity = quantity });
                room -= mine is null ? 1 : 0;
            }

            if (quantity < had + line.Quantity)
            {
                leftOut.Add(new OmittedLine(line.VariantId, line.Now.Name, had + line.Quantity - quantity));
            }
        }

        return new MergeResult(changed, leftOut);
    }
}
