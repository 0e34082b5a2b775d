namespace Holdfast.Commands.Olist.Core;

/// <summary>
/// How the recorded payments of one order cover what it consists of: the items of each seller, the freight, and a rest (the interest of
/// instalments, or cents of rounding). <c>ForItems[p][s]</c> is what payment p contributes to the items of seller s.
/// </summary>
/// <param name="ForItems">By payment, then by seller, in minor units.</param>
/// <param name="ForFreight">By payment.</param>
/// <param name="Rest">By payment: what neither items nor freight account for.</param>
internal sealed record PaymentSplit(long[][] ForItems, long[] ForFreight, long[] Rest)
{
    /// <summary>
    /// Splits the payments. Every payment is conserved to the cent. Where they suffice, every seller's items are covered to the cent;
    /// where they fall short of the items, each seller bears its share of what is missing.
    /// </summary>
    /// <remarks>
    /// The engine's total is the items' subtotal, the recorded payments cover items and freight. Taking the payments one after the other and
    /// splitting each over what is still uncovered, by largest remainder, keeps both sums exact: a share never exceeds what is uncovered,
    /// and the last payment meets exactly what is left.
    /// </remarks>
    public static PaymentSplit Of(IReadOnlyList<long> payments, IReadOnlyList<long> sellerSubtotals, long freight)
    {
        var sellers = sellerSubtotals.Count;
        var uncovered = Uncovered(payments.Sum(), sellerSubtotals, freight);
        var split = new PaymentSplit(new long[payments.Count][], new long[payments.Count], new long[payments.Count]);
        for (var p = 0; p < payments.Count; p++)
        {
            var shares = LargestRemainder.Split(payments[p], uncovered);
            for (var i = 0; i < shares.Length; i++)
            {
                uncovered[i] -= shares[i];
            }

            split.ForItems[p] = shares[..sellers];
            split.ForFreight[p] = shares[sellers];
            split.Rest[p] = shares[sellers + 1];
        }

        return split;
    }

    /// <summary>What the payments have to cover, which sums to them: each seller's items first, then the freight, then the rest.</summary>
    private static long[] Uncovered(long paid, IReadOnlyList<long> sellerSubtotals, long freight)
    {
        var items = sellerSubtotals.Sum();
        if (paid < items)
        {
            return [.. LargestRemainder.Split(paid, sellerSubtotals), 0, 0];
        }

        var forFreight = Math.Min(freight, paid - items);
        return [.. sellerSubtotals, forFreight, paid - items - forFreight];
    }
}
