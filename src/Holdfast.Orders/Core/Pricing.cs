using Holdfast.Catalog.Core;
using Holdfast.Inventory.Core;
using Holdfast.Loyalty.Core;
using Holdfast.Platform;
using Holdfast.Promotions.Core;

namespace Holdfast.Orders.Core;

/// <summary>What an order costs. Amounts are minor units of the store's currency.</summary>
/// <param name="Lines">With their shares of the discount and the tax.</param>
/// <param name="Subtotal">The lines at their prices.</param>
/// <param name="DiscountAmount">What the code takes off the goods; the sum of the lines' shares.</param>
/// <param name="TaxAmount">The sum of the lines' taxes.</param>
/// <param name="TaxIncluded">The tax is in the prices; otherwise it is part of the total beside them.</param>
/// <param name="RedeemedPoints">Never more than the total takes.</param>
/// <param name="Total">Subtotal - discount + shipping + tax that is not included - points.</param>
public sealed record Charges(string Currency, OrderLine[] Lines, DiscountCode? Code, long Subtotal, long DiscountAmount, long ShippingFee, long TaxAmount, bool TaxIncluded,
    long RedeemedPoints, long PointsDiscountPrice, long Total);

/// <summary>
/// From lines to a total, always in this order: prices, the code, shipping (by the goods after their discount), tax (on the goods after their
/// discount; shipping is not taxed), points (they pay, so they change no tax).
/// </summary>
public static class Pricing
{
    /// <summary>100 % as taxes are reckoned: a rate has up to four decimals.</summary>
    private const long WholeRate = 1_000_000;

    /// <summary>The lines with names and prices of the catalog; refuses what the store does not have.</summary>
    public static Result<OrderLine[]> Lines(PlaceCommand command, PlacementBooks books)
    {
        if (!books.Stores.ContainsKey(command.StoreId))
        {
            return OrderErrors.UnknownStore;
        }

        List<Guid>? unknown = null, notForSale = null;
        var lines = new OrderLine[command.Lines.Count];
        var total = 0L;
        for (var i = 0; i < lines.Length; i++)
        {
            var (id, quantity) = command.Lines[i];
            if (!books.Variants.TryGetValue(id, out var variant) || variant.StoreId != command.StoreId)
            {
                (unknown ??= []).Add(id);
                continue;
            }

            if (!variant.ForSale)
            {
                (notForSale ??= []).Add(id);
                continue;
            }

            if (variant.Price > (Placement.MaxTotal - total) / quantity)
            {
                return OrderErrors.TotalTooLarge;
            }

            total += variant.Price * quantity;
            lines[i] = new OrderLine(id, variant.ProductId, variant.ProductName, variant.Sku, variant.Price, quantity, 0, 0, variant.PurchaseLimit is not null);
        }

        if (unknown is not null)
        {
            return InventoryErrors.UnknownVariant(unknown);
        }

        return notForSale is not null ? InventoryErrors.NotForSale(notForSale) : lines;
    }

    /// <summary>
    /// What priced lines cost together, and what is wrong with the code or the points: then the charges are those without them, for a quote to show.
    /// </summary>
    public static (Charges Charges, Error? Refusal) Charge(PlaceCommand command, OrderLine[] lines, PlacementBooks books, DateTime now)
    {
        var store = books.Stores[command.StoreId];
        var subtotal = 0L;
        foreach (var line in lines)
        {
            subtotal += line.LineTotal;
        }

        var (code, refusal) = Code(command, lines, store, books, now);
        var discount = code is null ? 0 : Discount(code, lines, books);
        var shipping = code?.Kind == DiscountKind.FreeShipping ? 0 : command.ShippingFee ?? Shipping(store.ShippingRates, subtotal - discount);
        var tax = store.Tax is null ? 0 : Tax(store.Tax, lines, books);
        var included = store.Tax?.Included ?? false;
        var due = subtotal - discount + shipping + (included ? 0 : tax);
        if (due > Placement.MaxTotal)
        {
            refusal ??= OrderErrors.TotalTooLarge;
        }

        var (points, price, pointsRefusal) = Points(command, due, books);
        return (new Charges(store.Currency, lines, code, subtotal, discount, shipping, tax, included, points, price, due - price), refusal ?? pointsRefusal);
    }

    private static (DiscountCode? Code, Error? Refusal) Code(PlaceCommand command, OrderLine[] lines, StoreFacts store, PlacementBooks books, DateTime now)
    {
        if (command.DiscountKey is not { } key)
        {
            return default;
        }

        if (books.Discounts.Find(store.Id, store.Currency, key) is not { } code)
        {
            return (null, PromotionErrors.Unknown);
        }

        var eligible = 0L;
        var any = false;
        foreach (var line in lines)
        {
            if (Discounts.Applies(code, books.Variants[line.VariantId].Category))
            {
                any = true;
                eligible += line.LineTotal;
            }
        }

        var refusal = !any ? PromotionErrors.NotApplicable : books.Discounts.Check(code, eligible, command.Keys.Known, now);
        return refusal is null ? (code, null) : (null, refusal);
    }

    /// <summary>Writes each line's share; the sum.</summary>
    private static long Discount(DiscountCode code, OrderLine[] lines, PlacementBooks books)
    {
        var weights = Array.ConvertAll(lines, l => Discounts.Applies(code, books.Variants[l.VariantId].Category) ? l.LineTotal : 0);
        var amount = Discounts.AmountOf(code, weights.Sum());
        if (amount == 0)
        {
            return 0;
        }

        var shares = Discounts.Spread(amount, weights);
        for (var i = 0; i < lines.Length; i++)
        {
            lines[i] = lines[i] with { Discount = shares[i] };
        }

        return amount;
    }

    private static long Shipping(IReadOnlyList<ShippingRate> rates, long goods)
    {
        var fee = 0L;
        foreach (var rate in rates)
        {
            if (goods >= rate.From)
            {
                fee = rate.Fee;
            }
        }

        return fee;
    }

    /// <summary>Writes each line's tax, rounded by itself (half away from zero); the sum.</summary>
    private static long Tax(Tax tax, OrderLine[] lines, PlacementBooks books)
    {
        var sum = 0L;
        for (var i = 0; i < lines.Length; i++)
        {
            var category = books.Variants[lines[i].VariantId].Category;
            var percent = (category is null ? null : tax.Categories.FirstOrDefault(c => UnicodeText.IsSameName(c.Category, category)))?.Rate ?? tax.Rate;
            var rate = (long)(percent * WholeRate / 100);
            var amount = Share(lines[i].LineTotal - lines[i].Discount, rate, tax.Included ? WholeRate + rate : WholeRate);
            lines[i] = lines[i] with { Tax = amount };
            sum += amount;
        }

        return sum;
    }

    private static long Share(long amount, long part, long of) => (long)((((Int128)amount * part * 2) + of) / (2 * of));

    private static (long Points, long Price, Error? Refusal) Points(PlaceCommand command, long due, PlacementBooks books)
    {
        if (command.RedeemPoints == 0)
        {
            return default;
        }

        if (command.CustomerId is not { } customer)
        {
            return (0, 0, LoyaltyErrors.InsufficientPoints(0));
        }

        if (!books.Programs.TryGetValue(command.StoreId, out var program) || program.PointValue == 0)
        {
            return (0, 0, OrderErrors.PointsNotRedeemable);
        }

        // Not more than are needed to bring the total to zero.
        var points = Math.Min(command.RedeemPoints, (long)(((Int128)due + program.PointValue - 1) / program.PointValue));
        if (books.Points is { } book && book.Balance(customer, command.StoreId) is var balance && balance < points)
        {
            return (0, 0, LoyaltyErrors.InsufficientPoints(Math.Max(0, balance)));
        }

        return (points, (long)Int128.Min((Int128)points * program.PointValue, due), null);
    }
}
