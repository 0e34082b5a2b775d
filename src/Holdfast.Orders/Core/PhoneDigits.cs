namespace Holdfast.Orders.Core;

/// <summary>What tells one phone from another, however it is written.</summary>
public static class PhoneDigits
{
    // A country code or a leading zero makes no other phone.
    private const int Telling = 9;

    // Fewer are no phone, but what somebody writes who tells none.
    private const int Fewest = 6;

    // 0000000000, 0900000000: what people write who do not want to tell one.
    private const int FewestDifferent = 3;

    /// <summary>
    /// The last nine digits; null where they say nothing of anybody: too few, of one or two kinds, or a run such as 0123456789.
    /// </summary>
    public static string? Of(string phone)
    {
        var digits = string.Concat(phone.Where(char.IsDigit).Select(c => (char)('0' + (int)char.GetNumericValue(c))));
        var telling = digits.Length > Telling ? digits[^Telling..] : digits;
        return digits.Length < Fewest || telling.Distinct().Count() < FewestDifferent || IsRun(digits, 1) || IsRun(digits, -1) ? null
            : telling;
    }

    private static bool IsRun(string digits, int step) =>
        digits.Zip(digits.Skip(1)).All(pair => (pair.First - '0' + step + 10) % 10 == pair.Second - '0');
}
