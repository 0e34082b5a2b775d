using Holdfast.Platform;
using Holdfast.Promotions.Core;

namespace Holdfast.Orders.Core;

/// <summary>
/// The codes of an order: one, or two where the store lets them be combined. It does not matter in which order they were named: percentages
/// are taken off before fixed amounts, those of one kind by name, each of what the others have left of the goods that it is for; what is
/// waived of shipping comes last.
/// </summary>
internal static class Codes
{
    /// <summary>
    /// The codes that the command names and may use, in the order of their application; or none, and what stands in the way of one of them.
    /// </summary>
    public static (IReadOnlyList<DiscountCode> Codes, Error? Refusal) Find(PlaceCommand command, OrderLine[] lines, StoreFacts store,
        PlacementBooks books, DateTime now)
    {
        var keys = command.DiscountKeys.ToList();
        if (keys.Count > 1 && !store.CombinesDiscounts)
        {
            return ([], OrderErrors.DiscountsNotCombinable);
        }

        var found = new List<DiscountCode>(keys.Count);
        foreach (var key in keys)
        {
            var code = books.Discounts.Find(store.Id, store.Currency, key);
            if (Obstacle(code, command, lines, books, now) is { } refusal)
            {
                return ([], keys.Count > 1 ? refusal.With("discountCode", code?.Code ?? key) : refusal);
            }

            found.Add(code!);
        }

        if (found.Count(c => c.Kind == DiscountKind.FreeShipping) > 1)
        {
            return ([], OrderErrors.DiscountsNotCombinable);
        }

        return ([.. found.OrderBy(c => c.Kind).ThenBy(c => c.CodeKey, StringComparer.Ordinal)], null);
    }

    /// <summary>Writes what the codes take off each line beside what was taken off before, and says what each takes off in all.</summary>
    public static IReadOnlyList<AppliedCode> Apply(IReadOnlyList<DiscountCode> codes, OrderLine[] lines, PlacementBooks books)
    {
        var applied = new List<AppliedCode>(codes.Count);
        foreach (var code in codes)
        {
            var weights = Array.ConvertAll(lines,
                l => Discounts.Applies(code, books.Variants[l.VariantId].Category) ? l.LineTotal - l.Discount : 0);
            var amount = Discounts.AmountOf(code, weights.Sum());
            var shares = Discounts.Spread(amount, weights);
            for (var i = 0; amount > 0 && i < lines.Length; i++)
            {
                lines[i] = lines[i] with { Discount = lines[i].Discount + shares[i] };
            }

            applied.Add(new AppliedCode(code, amount));
        }

        return applied;
    }

    private static Error? Obstacle(DiscountCode? code, PlaceCommand command, OrderLine[] lines, PlacementBooks books, DateTime now)
    {
        if (code is null)
        {
            return PromotionErrors.Unknown;
        }

        // Its minimum is what the goods cost before any code.
        var eligible = lines.Where(l => Discounts.Applies(code, books.Variants[l.VariantId].Category)).ToList();
        var goods = eligible.Sum(l => l.LineTotal);
        return eligible.Count == 0 ? PromotionErrors.NotApplicable : books.Discounts.Check(code, goods, [.. command.Keys.Asked], now);
    }
}
