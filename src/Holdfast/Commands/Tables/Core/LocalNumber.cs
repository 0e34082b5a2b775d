namespace Holdfast.Commands.Tables.Core;

/// <summary>
/// A number without sign as people write it: <c>199000</c>, <c>58.90</c>, <c>58,90</c>, <c>1.234,56</c>, <c>1,234.56</c>, <c>199 000</c>,
/// <c>1'234.50</c>. One separator with three digits behind it (<c>199.000</c>) may begin decimals or thousands, and is not guessed.
/// </summary>
/// <param name="Plain">Digits with at most one point, as <see cref="Holdfast.Catalog.Core.Money.Parse"/> takes them; null where the text is
/// not a number that can be read in one way.</param>
/// <param name="Fault">Why it cannot be read in one way; null for a text that is not a number at all.</param>
internal readonly record struct LocalNumber(string? Plain, string? Fault)
{
    private const string Blanks = " '\u2019\u00A0\u2009\u202F";

    public static LocalNumber Read(string text, DecimalMark mark)
    {
        if (!TrySplit(text, out var digits, out var separators))
        {
            return default;
        }

        if (separators.Length == 0)
        {
            return new LocalNumber(text, null);
        }

        var (whole, parts) = (Whole(digits, separators), Decimals(digits, separators));
        var last = separators[^1];
        return mark switch
        {
            DecimalMark.Unsaid when whole is not null && parts is not null =>
                new LocalNumber(null, $"{text} can be read as {Short(parts)} or {whole}; say --decimal=. or --decimal=,"),
            DecimalMark.Unsaid => new LocalNumber(parts ?? whole, null),
            _ when last == Sign(mark) => parts is not null ? new LocalNumber(parts, null) : Misfit(text, mark, whole),
            _ => whole is not null ? new LocalNumber(whole, null) : Misfit(text, mark, parts),
        };
    }

    private static char Sign(DecimalMark mark) => mark == DecimalMark.Comma ? ',' : '.';

    // Only what would be a number under the other sign is told so; the rest is not a number.
    private static LocalNumber Misfit(string text, DecimalMark mark, string? otherwise) =>
        otherwise is null ? default : new LocalNumber(null, $"{text} does not fit --decimal={Sign(mark)}");

    private static bool TrySplit(string text, out List<string> digits, out string separators)
    {
        (digits, separators) = ([], "");
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsAsciiDigit(text[i]))
            {
                continue;
            }

            var isSeparator = i < text.Length && (text[i] is '.' or ',' || Blanks.Contains(text[i], StringComparison.Ordinal));
            if (i == start || (i < text.Length && !isSeparator))
            {
                return false;
            }

            digits.Add(text[start..i]);
            separators += i == text.Length ? "" : text[i];
            start = i + 1;
        }

        return true;
    }

    /// <summary>The number where all separators are between thousands.</summary>
    private static string? Whole(List<string> digits, string separators) =>
        separators.All(s => s == separators[0]) && AreGrouped(digits, separators[0]) ? string.Concat(digits) : null;

    /// <summary>The number where the last separator begins the decimals.</summary>
    private static string? Decimals(List<string> digits, string separators)
    {
        var (last, before) = (separators[^1], separators[..^1]);
        if (last is not ('.' or ',') || before.Contains(last, StringComparison.Ordinal))
        {
            return null;
        }

        var whole = digits[..^1];
        return before.Length == 0 || Whole(whole, before) is not null ? $"{string.Concat(whole)}.{digits[^1]}" : null;
    }

    /// <summary>Groups of three, or of two before the last, as in India: <c>12,34,567</c>.</summary>
    private static bool AreGrouped(List<string> digits, char separator)
    {
        var middle = digits[1..^1];
        return digits[0].Length <= 3 && digits[0][0] != '0' && digits[^1].Length == 3
            && (middle.TrueForAll(g => g.Length == 3)
                || (separator == ',' && digits[0].Length <= 2 && middle.TrueForAll(g => g.Length == 2)));
    }

    private static string Short(string number) => number.TrimEnd('0').TrimEnd('.');
}
