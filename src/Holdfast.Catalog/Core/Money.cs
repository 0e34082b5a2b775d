using System.Globalization;

namespace Holdfast.Catalog.Core;

/// <summary>Amounts are whole minor units of a currency (ISO 4217) in a <see cref="long"/>. Overflow is a bug and throws.</summary>
public static class Money
{
    /// <summary>The highest price of one variant: 10^15 minor units. 9,000 of the dearest still fit a <see cref="long"/>.</summary>
    public const long MaxPrice = 1_000_000_000_000_000;

    /// <summary>The price of <paramref name="quantity"/> pieces; null when no amount can hold it.</summary>
    public static long? Times(long price, long quantity)
    {
        var product = Math.BigMul(price, quantity);
        return product >= long.MinValue && product <= long.MaxValue ? (long)product : null;
    }

    /// <summary>The sum; null when no amount can hold it.</summary>
    public static long? Plus(long a, long b)
    {
        var sum = unchecked(a + b);
        return ((a ^ sum) & (b ^ sum)) < 0 ? null : sum;
    }

    /// <summary>
    /// Minor units of a decimal in major units, as files have it: <c>58.90</c> with two digits is 5890. A point, no grouping, no sign, no
    /// exponent; decimals beyond the currency's must be zeros. Null for anything else.
    /// </summary>
    public static long? Parse(string text, int digits)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? "" : text[(point + 1)..].TrimEnd('0');
        if (whole.Length == 0 || point == text.Length - 1 || fraction.Length > digits)
        {
            return null;
        }

        return long.TryParse(whole + fraction.PadRight(digits, '0'), NumberStyles.None, CultureInfo.InvariantCulture, out var amount)
            ? amount : null;
    }

    /// <summary>The amount in major units, the inverse of <see cref="Parse"/>: 5890 with two digits is <c>58.90</c>.</summary>
    public static string Format(long amount, int digits)
    {
        var text = Math.Abs((decimal)amount).ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        var sign = amount < 0 ? "-" : "";
        return digits == 0 ? sign + text : $"{sign}{text[..^digits]}.{text[^digits..]}";
    }
}
