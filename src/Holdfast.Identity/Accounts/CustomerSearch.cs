using System.Numerics;
using Holdfast.Identity.Core;
using Holdfast.Platform.Text;

namespace Holdfast.Identity.Accounts;

/// <summary>Finds customers by what somebody typed.</summary>
public static class CustomerSearch
{
    /// <summary>The condition on <c>users u</c> that this is a guest or a customer.</summary>
    public const string All = "u.role IN ('guest', 'customer')";

    /// <summary>
    /// <see cref="All"/>, and that the email begins with the text or the name has each of its words as a part, without regard to case and
    /// accents. <c>{0}</c>, <c>{1}</c>... stand for the parameters. A text without words, such as <c>%</c>, is in no name. </summary>
    public static (string Condition, object[] Args) Matching(string text)
    {
        var email = (Emails.Key(text) ?? text.ToLowerInvariant()).Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
        // Words are letters and digits only: there is nothing to escape.
        var words = SearchText.Words(text).Distinct(StringComparer.Ordinal).ToList();
        while (words.Count > 0 && !BitOperations.IsPow2(words.Count))
        {
            // Again the same one: texts of any length are few statements.
            words.Add(words[^1]);
        }

        var named = words.Count == 0 ? "" : $" OR ({string.Join(" AND ", words.Select((_, i) => $"u.name_folded LIKE {{{i + 1}}}"))})";
        // The key of somebody whom an outside issuer vouches for is not their email.
        return ($"{All} AND (u.email_key LIKE {{0}} ESCAPE '\\' OR lower(u.email) LIKE {{0}} ESCAPE '\\'{named})",
            [$"{email}%", .. words.Select(w => $"%{w}%")]);
    }

    /// <summary>What <c>users.name_folded</c> holds for this name; whoever writes the one writes the other.</summary>
    internal static string? Fold(string? name) => name is null ? null : SearchText.Of(name);
}
