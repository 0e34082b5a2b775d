namespace Holdfast.Identity.Core;

/// <summary>
/// Rows, columns and diagonals of keyboards, the alphabet, and digits in their order: what fingers type without a thought.
/// </summary>
internal static class KeyWalks
{
    /// <summary>Shorter ones occur in words.</summary>
    private const int Shortest = 3;

    private static readonly string[] Lines = WithReversed(
        "abcdefghijklmnopqrstuvwxyz", "01234567890", "!@#$%^&*()",
        "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertzuiop", "yxcvbnm",
        "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik", "9ol", "!qaz", "@wsx", "#edc",
        "147", "258", "369", "159", "357", "13579", "02468", "24680");

    /// <summary>How many characters from <paramref name="start"/> on are a walk; 0 where there is none of three or more.</summary>
    public static int LengthAt(string text, int start)
    {
        var longest = 0;
        foreach (var line in Lines)
        {
            for (var from = line.IndexOf(text[start], StringComparison.Ordinal); from >= 0; from = line.IndexOf(text[start], from + 1))
            {
                var length = line.AsSpan(from).CommonPrefixLength(text.AsSpan(start));
                longest = Math.Max(longest, length);
            }
        }

        return longest >= Shortest ? longest : 0;
    }

    /// <summary>Whether every other character makes one walk and those between make another, as in <c>q1w2e3r4</c>.</summary>
    public static bool AreTwoInterleaved(string text) => text.Length >= 2 * Shortest && IsWhole(EveryOther(text, 0))
        && IsWhole(EveryOther(text, 1));

    private static bool IsWhole(string text) => LengthAt(text, 0) == text.Length;

    private static string EveryOther(string text, int start) => string.Concat(text.Where((_, i) => i % 2 == start));

    private static string[] WithReversed(params string[] lines) => [.. lines, .. lines.Select(l => string.Concat(l.Reverse()))];
}
