using System.Text;

namespace Holdfast.Notifications.Core;

/// <summary>Words that somebody typed, so that no mail program makes a link of them.</summary>
public static class SafeText
{
    /// <summary>
    /// A blank after each dot or colon that a letter or a slash follows at once: <c>www.example.com/x</c> becomes <c>www. example.
    /// com/x</c>, which is no address, and <c>TP.HCM</c> reads as <c>TP. HCM</c>. The dots of other scripts, which are dots in domains,
    /// too, count as dots.
    /// </summary>
    public static string Of(string text)
    {
        var defused = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            defused.Append(text[i]);
            if (IsJoint(text[i]) && i + 1 < text.Length && (char.IsLetter(text[i + 1]) || text[i + 1] is '/' or '\\'))
            {
                defused.Append(' ');
            }
        }

        return defused.ToString();
    }

    private static bool IsJoint(char c) => c is '.' or ':' or '\u3002' or '\uFF0E' or '\uFF61' or '\u2024' or '\uFF1A';
}
