using System.Collections.Frozen;

namespace Holdfast.Identity.SignIn;

/// <summary>The passwords that are tried first, from <c>CommonPasswords.txt</c>, which says where they come from.</summary>
internal static class CommonPasswords
{
    private static readonly Lazy<FrozenSet<string>> All = new(Read);

    /// <summary>Whether the text, in lower case, is one of them. Short ones are among them: they are the stems of long ones.</summary>
    public static bool Contains(string text) => All.Value.Contains(text);

    private static FrozenSet<string> Read()
    {
        using var resource = typeof(CommonPasswords).Assembly.GetManifestResourceStream("CommonPasswords.txt")!;
        using var lines = new StreamReader(resource);
        var words = new List<string>();
        while (lines.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                words.Add(line);
            }
        }

        return words.ToFrozenSet(StringComparer.Ordinal);
    }
}
