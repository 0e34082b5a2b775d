using System.Net;
using System.Text.RegularExpressions;

namespace Holdfast.Commands.Products;

/// <summary>Texts of other shops as ours are: without markup, categories without their path.</summary>
internal static class ForeignTexts
{
    private static readonly Regex Hidden = Linear(@"<(script|style)\b.*?</(script|style)\s*>");
    private static readonly Regex Breaks = Linear(@"<br\s*/?>|</(p|div|li|tr|h[1-6])\s*>");
    private static readonly Regex Tags = Linear("</?[a-z!][^>]*>");
    private static readonly Regex Blank = Linear(@"\s*\n\s*\n\s*");

    /// <summary>The text of HTML: tags go, the ends of paragraphs, items and rows become line breaks.</summary>
    public static string Plain(string html)
    {
        var text = WebUtility.HtmlDecode(Tags.Replace(Breaks.Replace(Hidden.Replace(html, ""), "\n"), ""));
        // WooCommerce writes line breaks as the two characters \n.
        return Blank.Replace(text.Replace("\\n", "\n", StringComparison.Ordinal), "\n\n").Trim();
    }

    /// <summary>The last part of <c>Clothing &gt; Shirts</c>.</summary>
    public static string Leaf(string path) => path[(path.LastIndexOf('>') + 1)..].Trim();

    // Whatever somebody has written there, it takes time in proportion to its length.
    private static Regex Linear(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.Singleline);
}
