using System.Globalization;

namespace Holdfast.Platform.Text;

/// <summary>
/// What is the same in every writing of a phone number, <c>+84 912 345 678</c>, <c>0084912345678</c> or <c>0912.345.678</c>: its last eight
/// digits. They are compared by search alone, which shows what it finds: two numbers may share them. SQL folds what is stored (<see
/// cref="Sql"/>), .NET what was asked for.
/// </summary>
public static class PhoneKey
{
    // National numbers of some countries are no longer, and then a country code or a leading zero makes no other phone.
    private const int Digits = 8;

    // E.164 has fifteen at most; two more for 00.
    private const int MostDigits = 17;

    private const string Zeros = "00000000";

    // What stands between digits: NBSP, narrow NBSP, the hyphens and dashes that word processors write.
    private const string Between = " -.()/+\u00A0\u202F\u2010\u2011\u2013";

    /// <summary>
    /// The key of a phone that somebody looks for; null where the text is none: other characters, or fewer than eight digits.
    /// </summary>
    public static string? Of(string text)
    {
        var digits = "";
        foreach (var c in text.Trim())
        {
            // Full-width digits, too.
            if (CharUnicodeInfo.GetDecimalDigitValue(c) is >= 0 and var digit)
            {
                digits += (char)('0' + digit);
            }
            else if (!Between.Contains(c, StringComparison.Ordinal) && c is not ('\uFF0B' or '\t'))
            {
                return null;
            }
        }

        return digits.Length is >= Digits and <= MostDigits && digits[^Digits..] is var key && key != Zeros ? key : null;
    }

    /// <summary>The SQL of the key of a column, portable and the same every time, so that an index over it is used.</summary>
    public static string Sql(string column)
    {
        var digits = Between.Aggregate(column, (sql, c) => $"replace({sql}, '{c}', '')");
        return $"substr('{Zeros}' || {digits}, length({digits}) + 1)";
    }
}
