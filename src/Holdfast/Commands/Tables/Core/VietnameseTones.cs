using System.Text;

namespace Holdfast.Commands.Tables.Core;

/// <summary>
/// Composes Vietnamese letters: Windows-1258 has the tones as characters of their own behind the vowel, and the rest of the world has one
/// character for both.
/// </summary>
internal static class VietnameseTones
{
    // Grave, hook above, tilde, acute, dot below: what Windows-1258 has, in the order of the columns below.
    private const string Tones = "\u0300\u0309\u0303\u0301\u0323";

    private static readonly string[] Letters =
    [
        "AÀẢÃÁẠ", "ĂẰẲẴẮẶ", "ÂẦẨẪẤẬ", "EÈẺẼÉẸ", "ÊỀỂỄẾỆ", "IÌỈĨÍỊ", "OÒỎÕÓỌ", "ÔỒỔỖỐỘ", "ƠỜỞỠỚỢ", "UÙỦŨÚỤ", "ƯỪỬỮỨỰ", "YỲỶỸÝỴ",
    ];

    private static readonly Dictionary<(char Base, char Tone), char> Composed = Letters.Concat(Letters.Select(l => l.ToLowerInvariant()))
        .SelectMany(l => Tones.Select((tone, i) => KeyValuePair.Create((l[0], tone), l[i + 1]))).ToDictionary();

    /// <summary>The text with each tone joined to the vowel before it; all else stays.</summary>
    public static string Compose(string text)
    {
        if (!text.AsSpan().ContainsAny(Tones))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (result.Length > 0 && Composed.TryGetValue((result[^1], c), out var composed))
            {
                result[^1] = composed;
            }
            else
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }
}
