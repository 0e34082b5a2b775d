namespace Holdfast.Notifications.Core;

/// <summary>Phone numbers that a message can be sent to.</summary>
public static class Phones
{
    /// <summary>Whether the number, as E.164 has it, is of one of the countries.</summary>
    /// <param name="countries">Calling codes without the plus sign.</param>
    public static bool IsOf(string number, IReadOnlyList<string> countries) =>
        countries.Any(code => number.AsSpan(1).StartsWith(code, StringComparison.Ordinal));

    /// <summary>
    /// A number as E.164 has it (<c>+84900000000</c>), from however somebody wrote it: <c>+84 90 000 0000</c>, <c>0084...</c>, or as within
    /// Vietnam (<c>090 000 0000</c>: 0, a digit of mobile networks, and eight more). Null where it is none of these.
    /// </summary>
    public static string? Normalise(string phone)
    {
        var text = string.Concat(phone.Where(c => c is not (' ' or '-' or '.' or '(' or ')' or '\u00A0')));
        var international = text.StartsWith('+') ? text[1..] : text.StartsWith("00", StringComparison.Ordinal) ? text[2..] : null;
        if (international is not null)
        {
            // Some write the national 0 as well: +84 (0)90.
            international = international.StartsWith("840", StringComparison.Ordinal) ? $"84{international[3..]}" : international;
            return international.Length is >= 8 and <= 15 && international.All(char.IsAsciiDigit) && international[0] != '0'
                ? $"+{international}" : null;
        }

        return text is ['0', '3' or '5' or '7' or '8' or '9', ..] && text.Length == 10 && text.All(char.IsAsciiDigit) ? $"+84{text[1..]}"
            : null;
    }
}
