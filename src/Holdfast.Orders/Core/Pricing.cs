using Holdfast.Catalog.Core;
using Holdfast.Inventory.Core;
using Holdfast.Loyalty.Core;
using Holdfast.Platform;
using Holdfast.Platform.Text;
using Holdfast.Promotions.Core;

namespace Holdfast.Orders.Core;

/// <summary>
/// From lines to a total, always in this order: prices, the codes, shipping (by the goods after their discount), tax (on the goods after
/// their
/// discount, and on shipping where the store says so), points (they pay, so they change no tax).
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

            if (variant.Price > (PlacementRules.MaxTotal - total) / quantity)
            {
                return OrderErrors.TotalTooLarge;
            }

            total += variant.Price * quantity;
            lines[i] = new OrderLine(id, variant.ProductId, variant.ProductName, variant.Sku, variant.Price, quantity, 0, 0,
                variant.PurchaseLimit is not null);
        }

        if (unknown is not null)
        {
            return InventoryErrors.UnknownVariant(unknown);
        }

        return notForSale is not null ? InventoryErrors.NotForSale(notForSale) : lines;
    }

    /// <summary>
    /// What priced lines cost together, and what is wrong with the codes or the points: then the charges are those without them, for a
    /// quote to show.
    /// </summary>
    public static (Charges Charges, Error? Refusal) Charge(PlaceCommand command, OrderLine[] lines, PlacementBooks books, DateTime now)
    {
        var store = books.Stores[command.StoreId];
        var subtotal = 0L;
        foreach (var line in lines)
        {
            subtotal += line.LineTotal;
        }

        var (found, refusal) = Codes.Find(command, lines, store, books, now);
        var codes = Codes.Apply(found, lines, books);
        var discount = codes.Sum(c => c.Amount);
        var isFree = found.Any(c => c.Kind == DiscountKind.FreeShipping);
        var shipping = isFree ? 0 : command.ShippingFee ?? Shipping(store.ShippingRates, subtotal - discount);
        var included = store.Tax?.Included ?? false;
        var shippingTax = store.Tax?.Shipping is { } percent ? Share(shipping, percent, included) : 0;
        var tax = (store.Tax is null ? 0 : Tax(store.Tax, lines, books)) + shippingTax;
        var due = subtotal - discount + shipping + (included ? 0 : tax);
        if (due > PlacementRules.MaxTotal)
        {
            refusal ??= OrderErrors.TotalTooLarge;
        }

        var (points, price, pointsRefusal) = Points(command, due, books);
        return (new Charges(store.Currency, lines, codes, subtotal, discount, shipping, tax, shippingTax, included, points, price,
            due - price), refusal ?? pointsRefusal);
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

    /// <summary>Writes each line's tax, rounded separately (half away from zero). Returns the sum.</summary>
    private static long Tax(Tax tax, OrderLine[] lines, PlacementBooks books)
    {
        var sum = 0L;
        for (var i = 0; i < lines.Length; i++)
        {
            var category = books.Variants[lines[i].VariantId].Category;
            var percent = (category is null ? null : tax.Categories.FirstOrDefault(c => UnicodeText.IsSameName(c.Category, category)))?.Rate
                ?? tax.Rate;
            var amount = Share(lines[i].LineTotal - lines[i].Discount, percent, tax.Included);
            lines[i] = lines[i] with { Tax = amount };
            sum += amount;
        }

        return sum;
    }

    /// <summary>The tax on or in an amount.</summary>
    private static long Share(long amount, decimal percent, bool included)
    {
        var rate = (long)(percent * WholeRate / 100);
        return Shares.Of(amount, rate, included ? WholeRate + rate : WholeRate);
    }

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
