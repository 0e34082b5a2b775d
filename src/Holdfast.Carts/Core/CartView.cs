using System.Text.Json.Serialization;
using Holdfast.Orders.Core;

namespace Holdfast.Carts.Core;

/// <summary>Something the customer should know of a line before ordering it.</summary>
/// <param name="Code"><c>price_changed</c> (with <c>oldPrice</c>), <c>not_for_sale</c>, <c>unavailable</c>, <c>insufficient_stock</c>,
/// <c>purchase_limit</c> (with <c>mayBuy</c>).</param>
/// <param name="OldPrice">The price when the line was added.</param>
/// <param name="MayBuy">How many this buyer may still have.</param>
public sealed record LineChange(string Code,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? OldPrice = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? MayBuy = null);

/// <summary>A line as it is served; amounts in minor units, at the present price.</summary>
/// <param name="LineTotal">Null where no order could have such a total.</param>
public sealed record CartLineView(Guid VariantId, Guid ProductId, string Name, string Sku, long UnitPrice, long Quantity, long? LineTotal,
    long Available, bool ForSale,
    int? PurchaseLimit, long AddedPrice, string AddedName, DateTime AddedAt, IReadOnlyList<LineChange> Changes);

/// <summary>A cart as it is served.</summary>
/// <param name="Subtotal">Of the lines that are for sale; null where no order could have such a total.</param>
/// <param name="CartToken">A new visitor's token, told once; else null.</param>
/// <param name="NotMerged">What a visitor's cart had beyond what its customer's could take, told once, by the answer to the request that
/// merged them; else null.</param>
public sealed record CartView(Guid StoreId, string Currency, long Version, IReadOnlyList<CartLineView> Lines, long? Subtotal,
    string? CartToken, IReadOnlyList<LeftOut>? NotMerged)
{
    /// <summary>The cart with what has changed since its lines were added.</summary>
    public static CartView Of(Cart cart, Guid storeId, string currency, string? newToken, IReadOnlyList<LeftOut>? notMerged)
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

    private static long? Total(long price, long quantity) => price == 0 || quantity <= Placement.MaxTotal / price ? price * quantity : null;

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

        return sum <= Placement.MaxTotal ? sum : null;
    }
}
