using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Holdfast.Tests.Notifications;

/// <summary>A mail as its reader sees it, from what came over the wire.</summary>
public sealed partial record Mailed(string To, string Subject, string Text, string Html, string Raw)
{
    public static Mailed Read(string raw)
    {
        var text = raw.Replace("\r\n", "\n", StringComparison.Ordinal);
        var (head, body) = Split(text);
        var boundary = Boundary().Match(head).Groups[1].Value;
        var parts = boundary.Length == 0 ? [text] : body.Split($"--{boundary}").Select(p => p.TrimStart('\n')).ToArray();
        return new Mailed(Header(head, "To") ?? Header(head, "X-Receiver") ?? "", Header(head, "Subject") ?? "", Part(parts, "text/plain"), Part(parts, "text/html"), raw);
    }

    private static (string Head, string Body) Split(string text)
    {
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        return end < 0 ? (text, "") : (text[..end], text[(end + 2)..]);
    }

    private static string? Header(string head, string name)
    {
        var unfolded = Folding().Replace(head, " ");
        var line = unfolded.Split('\n').FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
        return line is null ? null : Word().Replace(BetweenWords().Replace(line[(name.Length + 1)..].Trim(), "?==?"), m => m.Groups[1].Value.ToUpperInvariant() == "B"
            ? Encoding.UTF8.GetString(Convert.FromBase64String(m.Groups[2].Value)) : Quoted(m.Groups[2].Value.Replace('_', ' ')));
    }

    private static string Part(string[] parts, string type)
    {
        foreach (var part in parts)
        {
            var (head, body) = Split(part);
            if (!head.Contains(type, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            return head.Contains("base64", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8.GetString(Convert.FromBase64String(body.Trim()))
                : head.Contains("quoted-printable", StringComparison.OrdinalIgnoreCase) ? Quoted(body) : body;
        }

        return "";
    }

    private static string Quoted(string text)
    {
        var bytes = new List<byte>();
        var joined = text.Replace("=\n", "", StringComparison.Ordinal);
        for (var i = 0; i < joined.Length; i++)
        {
            if (joined[i] == '=' && i + 2 < joined.Length)
            {
                bytes.Add(byte.Parse(joined.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(joined[i].ToString()));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    [GeneratedRegex("boundary=\"?([^\";\n]+)\"?", RegexOptions.IgnoreCase)]
    private static partial Regex Boundary();

    [GeneratedRegex(@"\n[ \t]+")]
    private static partial Regex Folding();

    [GeneratedRegex(@"=\?utf-8\?([bq])\?([^?]*)\?=", RegexOptions.IgnoreCase)]
    private static partial Regex Word();

    [GeneratedRegex(@"\?=\s+=\?")]
    private static partial Regex BetweenWords();
}
