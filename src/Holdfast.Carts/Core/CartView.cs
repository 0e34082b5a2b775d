using Holdfast.Orders.Core;

namespace Holdfast.Carts.Core;

/// <summary>A cart as it is served.</summary>
/// <param name="Subtotal">Of the lines that are for sale; null where no order could have such a total.</param>
/// <param name="CartToken">A new visitor's token, told once; else null.</param>
/// <param name="NotMerged">What a visitor's cart had beyond what its customer's could take, told once, by the answer to the request that
/// merged them; else null.</param>
public sealed record CartView(Guid StoreId, string Currency, long Version, IReadOnlyList<CartLineView> Lines, long? Subtotal,
    string? CartToken, IReadOnlyList<OmittedLine>? NotMerged)
{
    /// <summary>The cart with what has changed since its lines were added.</summary>
    public static CartView Of(Cart cart, Guid storeId, string currency, string? newToken, IReadOnlyList<OmittedLine>? notMerged)
    {
        var lines = cart.Lines.Select(Line).ToList();
        return new CartView(storeId, currency, cart.Version, lines, Sum(lines.Where(l => l.ForSale)), newToken, notMerged);
    }

    private static CartLineView Line(CartLine l) =>
        new(l.VariantId, l.Now.ProductId, l.Now.Name, l.Now.Sku, l.Now.Price, l.Quantity, Total(l.Now.Price, l.Quantity), l.Now.Available,
        l.Now.ForSale, l.Now.PurchaseLimit, l.AddedPrice, l.AddedName, l.AddedAt, [.. Changes(l)]);

    private static IEnumerable<LineChange> Changes(CartLine line)
    {
        var now = line.Now;
        if (now.Price != line.AddedPrice)
        {
            yield return new LineChange("price_changed", OldPrice: line.AddedPrice);
        }

        if (!now.ForSale)
        {
            yield return new LineChange("not_for_sale");
        }

        if (now.Available < line.Quantity)
        {
            yield return new LineChange(now.Available == 0 ? "unavailable" : "insufficient_stock");
        }

        if (now.MayBuy is { } most && line.Quantity > most)
        {
            yield return new LineChange("purchase_limit", MayBuy: most);
        }
    }

    private static long? Total(long price, long quantity) => price == 0 || quantity <= PlacementRules.MaxTotal / price ? price * quantity
        : null;

    private static long? Sum(IEnumerable<CartLineView> lines)
    {
        var sum = 0L;
        foreach (var line in lines)
        {
            // Each is at most Placement.MaxTotal, so a hundred of them cannot overflow.
            if (line.LineTotal is not { } total)
            {
                return null;
            }

            sum += total;
        }

        return sum <= PlacementRules.MaxTotal ? sum : null;
    }
}
