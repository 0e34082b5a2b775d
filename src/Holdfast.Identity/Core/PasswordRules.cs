using Holdfast.Identity.SignIn;
using Holdfast.Platform.Text;

namespace Holdfast.Identity.Core;

/// <summary>
/// The rules for new passwords. NIST SP 800-63B, 5.1.1.2, and OWASP ASVS 2.1.7: at least 8 characters, no rules about which, but no
/// password that attackers try first: common ones, keyboard walks, repetitions, years, and facts of the account and the shop.
/// </summary>
public static class PasswordRules
{
    /// <summary>Characters.</summary>
    public const int MinLength = 8;

    public const int MaxLength = 256;

    private const string Common = "is one of the most common passwords";
    private const string Own = "must not be made of the email, the name or the shop's name";
    private const string Pattern = "must not be a row of keys, a repetition or a year";

    /// <summary>A password with at most this many characters besides known or easily typed ones is guessed at once.</summary>
    private const int TooFew = 4;

    /// <summary>Shorter words of the account are not looked for: they occur in all texts.</summary>
    private const int ShortestWord = 3;

    // What many write for a letter, so that p@ssw0rd is no better than password.
    private const string Signs = "@4831!05$7+";
    private const string SignsRead = "aabeiiosstt";

    /// <summary>Returns what is wrong with the password of the account with this email, as the rest of a sentence; or null.</summary>
    /// <param name="known">What else is known to everybody who guesses: the owner's name, the shop's names.</param>
    public static string? Fault(string password, string email, params IEnumerable<string?> known)
    {
        var bare = password.Trim();
        if (password.Length < MinLength || password.Length > MaxLength)
        {
            return password.Length < MinLength ? $"must have at least {MinLength} characters" : $"must have at most {MaxLength} characters";
        }

        if (string.Equals(bare, email.Trim(), StringComparison.OrdinalIgnoreCase))
        {
            return "must not be the email";
        }

        var key = Key(bare);
        return IsCommon(key) || bare.Distinct().Count() < 3 ? Common
            : IsMadeOf(key, Words(email, known)) ? Own
            : IsPattern(key) ? Pattern
            : null;
    }

    /// <summary>In lower case, with the letters that accents stand on; everything else, blanks and signs too, as it is.</summary>
    private static string Key(string text) =>
        string.Concat(text.Select(c => char.IsLetterOrDigit(c) && SearchText.Words(c.ToString()) is [var folded] ? folded : c.ToString()));

    private static string Read(string key) =>
        string.Concat(key.Select(c => Signs.IndexOf(c, StringComparison.Ordinal) is >= 0 and var i ? SignsRead[i] : c));

    private static bool IsCommon(string key)
    {
        foreach (var text in new[] { key, Read(key), string.Concat(key.Where(char.IsLetterOrDigit)) })
        {
            if ((!key.Contains(' ', StringComparison.Ordinal) || text == key)
                && (CommonPasswords.Contains(text) || CommonPasswords.Contains(string.Concat(text.Reverse()))))
            {
                return true;
            }
        }

        var unit = Repeated(key);
        return (unit < key.Length && CommonPasswords.Contains(key[..unit])) || IsCommonWithTrimmings(key);
    }

    /// <summary>A common word with digits and signs around it, as in <c>Sunshine2024!</c>.</summary>
    private static bool IsCommonWithTrimmings(string key)
    {
        var (start, end) = (0, key.Length);
        while (start < end && !char.IsLetter(key[start]))
        {
            start++;
        }

        while (end > start && !char.IsLetter(key[end - 1]))
        {
            end--;
        }

        var stem = key[start..end];
        return stem.Length >= TooFew && stem.Length < key.Length && (CommonPasswords.Contains(stem) || CommonPasswords.Contains(Read(stem)))
            && Rest(Covered(key[..start])) + Rest(Covered(key[end..])) <= TooFew;
    }

    private static bool IsMadeOf(string key, List<string> words)
    {
        var covered = Covered(key);
        var read = Read(key);
        var found = false;
        foreach (var word in words)
        {
            foreach (var text in new[] { key, read })
            {
                for (var at = text.IndexOf(word, StringComparison.Ordinal); at
                    >= 0; at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
                {
                    Array.Fill(covered, true, at, word.Length);
                    found = true;
                }
            }
        }

        return found && Rest(covered) <= TooFew;
    }

    private static bool IsPattern(string key)
    {
        var covered = Covered(key);
        var unit = Repeated(key);
        if (unit < key.Length)
        {
            Array.Fill(covered, true, unit, key.Length - unit);
        }

        return (covered.Contains(true) && Rest(covered) <= TooFew) || KeyWalks.AreTwoInterleaved(key);
    }

    /// <summary>Which characters belong to a walk over keys, a year, or three and more of one character.</summary>
    private static bool[] Covered(string key)
    {
        var covered = new bool[key.Length];
        for (var i = 0; i < key.Length; i++)
        {
            var same = key.AsSpan(i).IndexOfAnyExcept(key[i]) is >= 0 and var n ? n : key.Length - i;
            var length = Math.Max(Math.Max(same >= 3 ? same : 0, KeyWalks.LengthAt(key, i)), IsYear(key.AsSpan(i)) ? 4 : 0);
            Array.Fill(covered, true, i, length);
        }

        return covered;
    }

    private static bool IsYear(ReadOnlySpan<char> text) =>
        text.Length >= 4 && (text.StartsWith("19") || text.StartsWith("20")) && char.IsAsciiDigit(text[2]) && char.IsAsciiDigit(text[3]);

    private static int Rest(bool[] covered) => covered.Count(c => !c);

    /// <summary>The length of the shortest beginning that the text repeats; its own where it repeats none.</summary>
    private static int Repeated(string key)
    {
        for (var unit = 1; unit <= key.Length / 2; unit++)
        {
            if (key.AsSpan(unit).SequenceEqual(key.AsSpan(0, key.Length - unit)))
            {
                return unit;
            }
        }

        return key.Length;
    }

    /// <summary>The words of the email's local part and of what else is known, each, and those of one text joined.</summary>
    private static List<string> Words(string email, IEnumerable<string?> known)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in known.Prepend(at < 0 ? email : email[..at]).OfType<string>())
        {
            var parts = SearchText.Words(text);
            words.UnionWith([.. parts, string.Concat(parts), .. parts.Select(p => p.TrimEnd("0123456789".ToCharArray()))]);
        }

        return [.. words.Where(w => w.Length >= ShortestWord)];
    }
}
