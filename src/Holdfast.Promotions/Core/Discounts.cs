using Holdfast.Platform.Text;

namespace Holdfast.Promotions.Core;

/// <summary>The arithmetic of discounts, in minor units.</summary>
public static class Discounts
{
    private const long BasisPoints = 10_000;

    /// <summary>
    /// What the code takes off the goods: a percentage is rounded half away from zero to the minor unit; never more than the eligible
    /// subtotal; 0 for free shipping.
    /// </summary>
    public static long AmountOf(DiscountCode code, long eligibleSubtotal)
    {
        if (eligibleSubtotal <= 0)
        {
            return 0;
        }

        return code.Kind switch
        {
            DiscountKind.Percent =>
                (long)Int128.Min(eligibleSubtotal, (((Int128)eligibleSubtotal * code.Value) + (BasisPoints / 2)) / BasisPoints),
            DiscountKind.Fixed => Math.Min(code.Value, eligibleSubtotal),
            _ => 0,
        };
    }

    /// <summary>
    /// Spreads an amount over weights in proportion, by the largest remainder; of equal ones the earlier. The parts sum to the amount, and
    /// while the amount is at most the sum of the weights, none is above its weight.
    /// </summary>
    /// <exception cref="ArgumentException">An amount or a weight is negative, or there is an amount and no weight to carry it.</exception>
    public static long[] Spread(long amount, IReadOnlyList<long> weights)
    {
        Int128 total = 0;
        foreach (var weight in weights)
        {
            total += weight >= 0 ? weight : throw new ArgumentException($"a weight is {weight}", nameof(weights));
        }

        var parts = new long[weights.Count];
        if (amount == 0)
        {
            return parts;
        }

        if (amount < 0 || total == 0)
        {
            throw new ArgumentException($"{amount} cannot be spread over {total}", nameof(amount));
        }

        var remainders = new Int128[parts.Length];
        var left = amount;
        for (var i = 0; i < parts.Length; i++)
        {
            var (part, remainder) = Int128.DivRem((Int128)amount * weights[i], total);
            (parts[i], remainders[i]) = ((long)part, remainder);
            left -= parts[i];
        }

        // OrderBy is stable: of equal remainders the earlier comes first.
        foreach (var i in left == 0 ? [] : Enumerable.Range(0, parts.Length).OrderByDescending(i => remainders[i]).Take((int)left))
        {
            parts[i]++;
        }

        return parts;
    }

    /// <summary>Whether goods of the category (null: of none) are eligible, however that is written.</summary>
    public static bool Applies(DiscountCode code, string? category) =>
        code.Categories.Count == 0 || (category is not null && code.Categories.Any(c => UnicodeText.IsSameName(c, category)));
}
