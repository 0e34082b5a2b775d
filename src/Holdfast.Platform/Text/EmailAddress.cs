using System.Globalization;
using System.Text;

namespace Holdfast.Platform.Text;

/// <summary>
/// One mailbox has one key. Case, surrounding blanks and the way accents were typed are evened out, and domains are compared in ASCII
/// (IDNA), so that <c>bücher.de</c> and <c>xn--bcher-kva.de</c> are one. Dots and plus tags mean different mailboxes at many providers, so
/// they stay. Addresses that only look like another's are none: full width and other compatibility forms, invisible characters, letters of
/// several alphabets in one word, and words that look like ASCII from end to end (<see cref="LookAlikes"/>).
/// </summary>
public static class EmailAddress
{
    /// <summary>RFC 5321, 4.5.3.1: the longest address that can be delivered to.</summary>
    public const int MaxLength = 254;

    private const int MaxLocalLength = 64;
    private const int MaxLabelLength = 63;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    // Alphabets whose letters look like Latin ones. Whoever writes in one of them alone is not refused.
    private static readonly (int First, int Last)[] LooksLatin =
    [
        (0x370, 0x3FF), (0x400, 0x52F), (0x530, 0x58F), (0x13A0, 0x13FF), (0x1C80, 0x1C8F), (0x1F00, 0x1FFF), (0xA640, 0xA69F),
            (0xAB70, 0xABBF),
    ];

    /// <summary>
    /// The address in lower case with its domain in ASCII; null where it cannot be an address: no quoted local parts, comments or control
    /// characters.
    /// </summary>
    public static string? Key(string? email)
    {
        var text = UnicodeText.Nfc(email?.Trim() ?? "");
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (text.Length > MaxLength || at is <= 0 or > MaxLocalLength)
        {
            return null;
        }

        var local = text[..at].ToLowerInvariant();
        return DomainKey(text[(at + 1)..]) is { } domain && IsLocal(local, IsUnderAscii(domain))
            && local.Length + 1 + domain.Length <= MaxLength ? $"{local}@{domain}" : null;
    }

    /// <summary>A domain in lower case and ASCII; null where it cannot be one, or only looks like another.</summary>
    public static string? DomainKey(string domain)
    {
        var lower = UnicodeText.Nfc(domain).ToLowerInvariant();
        if (!IsDomain(lower))
        {
            return null;
        }

        if (Ascii.IsValid(lower) && !lower.Contains("xn--", StringComparison.Ordinal))
        {
            return lower;
        }

        try
        {
            // There and back: of several ASCII forms that say one name, only the one that it has is taken.
            var ascii = Idn.GetAscii(lower);
            var shown = Idn.GetUnicode(ascii);
            return shown == UnicodeText.Nfc(shown).ToLowerInvariant() && Idn.GetAscii(shown) == ascii
                && shown.Split('.').All(label => IsPlain(label, IsUnderAscii(ascii))) ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    // Whoever reads a name under such a domain expects other letters than ASCII's.
    private static bool IsUnderAscii(string domain) => !domain.AsSpan(domain.LastIndexOf('.') + 1).StartsWith("xn--");

    private static bool IsLocal(string local, bool isUnderAscii)
    {
        foreach (var c in local)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c) || char.IsSurrogate(c) || "()<>[]:;@\\,\"".Contains(c, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return local[0] != '.' && local[^1] != '.' && !local.Contains("..", StringComparison.Ordinal) && IsPlain(local, isUnderAscii);
    }

    private static bool IsDomain(string domain)
    {
        foreach (var label in domain.Split('.'))
        {
            if (label.Length is 0 or > MaxLabelLength || label[0] == '-' || label[^1] == '-' || !label.All(IsOfLabel))
            {
                return false;
            }
        }

        return true;
    }

    // Marks, too: the vowels of Thai and Hindi are some.
    private static bool IsOfLabel(char c) => char.IsLetterOrDigit(c) || c == '-'
        || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    /// <summary>
    /// Whether a word is what it looks like: nothing invisible or in another width, not Latin mixed with letters that look Latin, and
    /// nothing that would be taken for ASCII.
    /// </summary>
    private static bool IsPlain(string word, bool isUnderAscii)
    {
        if (Ascii.IsValid(word))
        {
            return true;
        }

        if (UnicodeText.Plain(word) != word || LookAlikes.LooksAscii(word, isUnderAscii))
        {
            return false;
        }

        var (latin, alike) = (false, false);
        foreach (var rune in word.EnumerateRunes())
        {
            latin |= Rune.IsLetter(rune) && (rune.Value < 0x250 || rune.Value is >= 0x1E00 and <= 0x1EFF);
            alike |= LooksLatin.Any(range => rune.Value >= range.First && rune.Value <= range.Last);
        }

        return !(latin && alike);
    }
}
