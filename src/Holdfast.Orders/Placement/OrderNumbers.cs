namespace Holdfast.Orders;

/// <summary>
/// Order numbers that people can read out: twelve characters of Crockford's base 32 (no I, L, O, U) in three groups, e.g. <c>1Q7M-8ZK4-20RD</c>.
/// 60 bits: 41 of milliseconds since 2024, 10 that tell processes apart, 9 that count. No counter in the database; they sort by time and do not
/// tell how many orders there are. The unique index has the last word: an order whose number is taken is placed again with another.
/// </summary>
public sealed class OrderNumbers(TimeProvider time)
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static readonly long Epoch = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private readonly long _process = Random.Shared.Next(1024);
    private long _last;

    /// <summary>A number that this process has not given before. May be called from many threads.</summary>
    public string Next()
    {
        // Milliseconds and counter are one number that only grows: a busy millisecond borrows from the next.
        var floor = (time.GetUtcNow().ToUnixTimeMilliseconds() - Epoch) << 9;
        long last, next;
        do
        {
            last = Interlocked.Read(ref _last);
            next = Math.Max(floor, last + 1);
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);

        return Format(((next >> 9) << 19) | (_process << 9) | (next & 511));
    }

    /// <summary>A number as it is stored, from however somebody typed it: lower case, without dashes, O for 0, I or L for 1. Null when it is none.</summary>
    public static string? Parse(string text)
    {
        var digits = text.ToUpperInvariant().Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal)
            .Replace('O', '0').Replace('I', '1').Replace('L', '1');
        return digits.Length == 12 && digits.All(c => Alphabet.Contains(c, StringComparison.Ordinal)) ? $"{digits[..4]}-{digits[4..8]}-{digits[8..]}" : null;
    }

    private static string Format(long value) => string.Create(14, value, static (text, number) =>
    {
        for (var i = 13; i >= 0; i--)
        {
            if (i is 4 or 9)
            {
                text[i] = '-';
                continue;
            }

            text[i] = Alphabet[(int)(number & 31)];
            number >>= 5;
        }
    });
}
