namespace Holdfast.Commands.Olist.Core;

/// <summary>
/// How the recorded payments of one order cover what each seller is due (items and freight), and a rest (the interest of instalments, or
/// cents of rounding). <c>ForSellers[p][s]</c> is what payment p contributes to seller s.
/// </summary>
/// <param name="ForSellers">By payment, then by seller, in minor units.</param>
/// <param name="Rest">By payment: what nobody is due.</param>
internal sealed record PaymentSplit(long[][] ForSellers, long[] Rest)
{
    /// <summary>
    /// Splits the payments. Every payment is conserved to the cent. Where they suffice, every seller is paid to the cent; where they fall
    /// short, each bears its share of what is missing.
    /// </summary>
    /// <remarks> Taking the payments one after the other and splitting each over what is still uncovered, by largest remainder, keeps both
    /// sums exact: a share never exceeds what is uncovered, and the last payment meets exactly what is left.
    /// </remarks>
    public static PaymentSplit Of(IReadOnlyList<long> payments, IReadOnlyList<long> dues)
    {
        var uncovered = Uncovered(payments.Sum(), dues);
        var split = new PaymentSplit(new long[payments.Count][], new long[payments.Count]);
        for (var p = 0; p < payments.Count; p++)
        {
            var shares = LargestRemainder.Split(payments[p], uncovered);
            for (var i = 0; i < shares.Length; i++)
            {
                uncovered[i] -= shares[i];
            }

            split.ForSellers[p] = shares[..dues.Count];
            split.Rest[p] = shares[dues.Count];
        }

        return split;
    }

    /// <summary>What the payments have to cover, which sums to them: what the sellers are due, then the rest.</summary>
    private static long[] Uncovered(long paid, IReadOnlyList<long> dues) =>
        paid < dues.Sum() ? [.. LargestRemainder.Split(paid, dues), 0] : [.. dues, paid - dues.Sum()];
}
