namespace Holdfast.Commands.Olist.Core;

/// <summary>Splits a whole amount by weights so that the parts are whole and add up to it (Hamilton's method).</summary>
internal static class LargestRemainder
{
    /// <summary>
    /// The parts of <paramref name="amount"/>, one per weight. Each is its exact share rounded down or up; the units that rounding leaves
    /// over go to the largest remainders, the first one of equals. A weight of 0 gets 0.
    /// </summary>
    /// <param name="amount">Not negative, in minor units.</param>
    /// <param name="weights">Not negative; at least one is positive unless the amount is 0.</param>
    public static long[] Split(long amount, IReadOnlyList<long> weights)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        Int128 sum = 0;
        foreach (var weight in weights)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(weight, nameof(weights));
            sum += weight;
        }

        var parts = new long[weights.Count];
        if (amount == 0)
        {
            return parts;
        }

        if (sum == 0)
        {
            throw new ArgumentException("an amount needs a positive weight to go to", nameof(weights));
        }

        var remainders = new Int128[weights.Count];
        var left = amount;
        for (var i = 0; i < parts.Length; i++)
        {
            var share = (Int128)amount * weights[i];
            parts[i] = (long)(share / sum);
            remainders[i] = share % sum;
            left -= parts[i];
        }

        // OrderBy is stable, so that equal remainders keep the order of the weights.
        foreach (var i in Enumerable.Range(0, parts.Length).OrderByDescending(i => remainders[i]).Take((int)left))
        {
            parts[i]++;
        }

        return parts;
    }
}
