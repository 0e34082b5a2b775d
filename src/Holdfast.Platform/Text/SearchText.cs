using System.Globalization;
using System.Text;

namespace Holdfast.Platform.Text;

/// <summary>
/// Makes texts and queries alike for the search: words of letters and digits, lower case, without accents, so that <c>da nang</c> finds
/// <c>Đà Nẵng</c>. The Latin letters are folded by a table, because string.Normalize does nothing in .NET's invariant globalization mode.
/// </summary>
public static class SearchText
{
    /// <summary>A longer word is cut, on both sides alike.</summary>
    private const int MaxWordLength = 64;

    // Base letter first, then what folds to it: canonical decompositions of U+00C0-024F and U+1E00-1EFF, then letters with a stroke.
    private static readonly string[] Letters =
    [
        "aàáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ", "bḃḅḇ", "cçćĉċčḉ", "dďḋḍḏḑḓđð", "eèéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ", "fḟ", "gĝğġģǧǵḡ", "hĥȟḣḥḧḩḫẖħ",
        "iìíîïĩīĭįİǐȉȋḭḯỉịı", "jĵǰ", "kķǩḱḳḵ", "lĺļľḷḹḻḽł", "mḿṁṃ", "nñńņňǹṅṇṉṋ", "oòóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợøǿ", "pṕṗ",
        "rŕŗřȑȓṙṛṝṟ", "sśŝşšſșṡṣṥṧṩẛ", "tţťțṫṭṯṱẗŧ", "uùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự", "vṽṿ", "wŵẁẃẅẇẉẘ", "xẋẍ", "yýÿŷȳẏẙỳỵỷỹ", "zźżžẑẓẕ",
    ];

    private static readonly Dictionary<char, string> Folds = Letters.SelectMany(l => l[1..].Select(c => KeyValuePair.Create(c, l[..1])))
        .Concat([new('ß', "ss"), new('æ', "ae"), new('œ', "oe"), new('þ', "th")]).ToDictionary();

    /// <summary>
    /// The distinct words of the texts, joined by single spaces: what <c>products.search_text</c> and <c>users.name_folded</c> hold.
    /// </summary>
    public static string Of(params IEnumerable<string?> texts) =>
        string.Join(' ', texts.Where(t => t is not null).SelectMany(t => Words(t!)).Distinct(StringComparer.Ordinal));

    /// <summary>The text as names are sorted by: its words, without accents.</summary>
    public static string SortKey(string name) => string.Join(' ', Words(name));

    /// <summary>The words of a text in their order. Marks, punctuation, emoji and control characters only separate.</summary>
    public static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in UnicodeText.Nfc(text).EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
            {
                Append(word, Rune.ToLowerInvariant(Narrow(rune)));
            }
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.Format))
            {
                End();
            }
        }

        End();
        return words;

        void End()
        {
            if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
    }

    private static void Append(StringBuilder word, Rune rune)
    {
        Span<char> lower = stackalloc char[2];
        var length = rune.EncodeToUtf16(lower);
        var text = length == 1 && Folds.TryGetValue(lower[0], out var folded) ? folded : lower[..length].ToString();
        if (word.Length + text.Length <= MaxWordLength)
        {
            word.Append(text);
        }
    }

    // The full-width forms of ASCII (U+FF01-FF5E) that Asian keyboards write.
    private static Rune Narrow(Rune rune) => rune.Value is >= 0xFF01 and <= 0xFF5E ? new Rune(rune.Value - 0xFEE0) : rune;
}
