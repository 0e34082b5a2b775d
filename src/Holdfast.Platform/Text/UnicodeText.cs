using System.Globalization;
using System.Reflection;
using System.Text;
using ADRaffy.ENSNormalize;

namespace Holdfast.Platform.Text;

/// <summary>
/// The one place where texts are normalised (docs/adr/0019). What is stored is <see cref="Nfc"/>; what names something (a SKU, a code, a
/// category, a reference) is compared by its <see cref="Key"/>. string.Normalize does nothing in .NET's invariant globalization mode, so
/// the tables are managed. Texts of ASCII, and of Latin letters with their accents composed, are returned as they are, without a look at
/// any table.
/// </summary>
public static class UnicodeText
{
    /// <summary>The code points that nobody sees: Default_Ignorable_Code_Point of Unicode, and the line and paragraph separators.</summary>
    private static readonly (int First, int Last)[] Invisible =
    [
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F),
            (0x2028, 0x202E),
        (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3),
        (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
    ];

    private static readonly Lazy<NF> Forms = new(() => ENSNormalize.NF);

    private static readonly Lazy<Dictionary<int, string>> Compatible = new(ReadCompatible);

    /// <summary>Reads the tables, which takes a tenth of a second, so that no request waits for them.</summary>
    public static void Load() => _ = (Forms.Value, Compatible.Value);

    /// <summary>The text in Normalization Form C (UAX 15): one form for a letter and its accents, however they were typed.</summary>
    public static string Nfc(string text) => IsNfc(text) ? text : Forms.Value.NFC(text);

    /// <summary>The text in Normalization Form D: as a Mac's file names and some keyboards have it.</summary>
    public static string Nfd(string text) => Ascii.IsValid(text) ? text : Forms.Value.NFD(text);

    /// <summary>
    /// The text in Normalization Form KC: full width, ligatures, superscripts and the like become the plain letters that they stand for.
    /// </summary>
    public static string Nfkc(string text)
    {
        if (IsPlain(text))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Compatible.Value.TryGetValue(rune.Value, out var other))
            {
                plain.Append(other);
            }
            else
            {
                plain.Append(rune.ToString());
            }
        }

        return Forms.Value.NFC(plain.ToString());
    }

    /// <summary>The text in NFC without what nobody sees; all other characters stay as they are.</summary>
    public static string Visible(string text)
    {
        if (IsPlain(text))
        {
            return text;
        }

        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsInvisible(rune))
            {
                visible.Append(rune.ToString());
            }
        }

        // What was kept apart by something invisible may compose now.
        return Forms.Value.NFC(visible.ToString());
    }

    /// <summary>
    /// As <see cref="Nfkc"/>, without what nobody sees, and trimmed: what somebody meant who typed a code or a SKU. Case stays.
    /// </summary>
    public static string Plain(string text)
    {
        if (IsPlain(text))
        {
            return text.Trim();
        }

        return Visible(Nfkc(text)).Trim();
    }

    /// <summary>
    /// By what a name is compared: as <see cref="Plain"/>, in lower case. Texts that look alike but for case, width, invisible characters
    /// and the way accents were typed have one key. A text that is a key is its own key.
    /// </summary>
    public static string Key(string text)
    {
        var plain = Plain(text);
        if (IsPlain(plain))
        {
            return plain.ToLowerInvariant();
        }

        // The two letters whose upper case is of other letters (CaseFolding.txt); the rest folds one to one.
        var lower = plain.ToLowerInvariant().Replace("ß", "ss", StringComparison.Ordinal).Replace('ς', 'σ');
        return Forms.Value.NFC(lower);
    }

    /// <summary>Whether two names have one <see cref="Key"/>.</summary>
    public static bool IsSameName(string a, string b) =>
        string.Equals(a, b, StringComparison.Ordinal)
        || (IsPlain(a) && IsPlain(b) ? a.AsSpan().Trim().Equals(b.AsSpan().Trim(), StringComparison.OrdinalIgnoreCase)
            : string.Equals(Key(a), Key(b), StringComparison.Ordinal));

    /// <summary>Compares names by their <see cref="Key"/>.</summary>
    public static IEqualityComparer<string> Names { get; } = EqualityComparer<string>.Create((a, b) => a is null ? b is null
        : b is not null && IsSameName(a, b),
        text => Key(text).GetHashCode(StringComparison.Ordinal));

    /// <summary>The characters that nobody sees, but for the thousands of the last range that Unicode has not given a meaning.</summary>
    public static IEnumerable<string> InvisibleCharacters() =>
        Invisible.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1))
        .Where(point => point is <= 0xE007F or (>= 0xE0100 and <= 0xE01EF)).Select(char.ConvertFromUtf32);

    /// <summary>Whether nobody sees the character: joiners, direction marks, variation selectors, fillers.</summary>
    public static bool IsInvisible(Rune rune)
    {
        foreach (var (first, last) in Invisible)
        {
            if (rune.Value < first)
            {
                return false;
            }

            if (rune.Value <= last)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Quickly true for most texts of most scripts; false may be wrong, and costs only time.</summary>
    private static bool IsNfc(string text)
    {
        if (Ascii.IsValid(text))
        {
            return true;
        }

        foreach (var c in text)
        {
            if (!IsStable(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Quickly true for texts of Latin letters, those of Vietnamese included, that have one form and fold one to one.</summary>
    private static bool IsPlain(string text)
    {
        foreach (var c in text)
        {
            if (!(c < 0x80 || c is (>= '\u00C0' and <= '\u012F' and not '\u00DF') or (>= '\u01A0' and <= '\u01B0')
                or (>= '\u1EA0' and <= '\u1EF9')))
            {
                return false;
            }
        }

        return true;
    }

    // Nothing here decomposes for ever or joins what stands before it: Latin with the letters of Vietnamese, punctuation, currencies, kana,
    // Han.
    private static bool IsStable(char c) => c < 0x300 || c is (>= '\u1E00' and <= '\u1EFF') or (>= '\u2010' and <= '\u2027')
        or (>= '\u20A0' and <= '\u20CF')
        or (>= '\u3041' and <= '\u3096') or (>= '\u30A1' and <= '\u30FA') or (>= '\u4E00' and <= '\u9FFF');

    private static Dictionary<int, string> ReadCompatible()
    {
        var table = new Dictionary<int, string>(4000);
        using var reader = new StreamReader(Assembly.GetExecutingAssembly()
            .GetManifestResourceStream("Holdfast.Platform.Text.compatibility.txt")!);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                var points = line.Split(' ');
                table.Add(Hex(points[0]), string.Concat(points[1..].Select(p => char.ConvertFromUtf32(Hex(p)))));
            }
        }

        return table;
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
