using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Identity;

/// <summary>
/// One person's email has one key. Only case and surrounding blanks are evened out: dots and plus tags mean different mailboxes at many
/// providers, so they stay.
/// </summary>
public static class Emails
{
    /// <summary>RFC 5321, 4.5.3.1: the longest address that can be delivered to.</summary>
    public const int MaxLength = 254;

    private const int MaxLocalLength = 64;
    private const string ClosedDomain = "@closed.invalid";

    /// <summary>What stands in for the email of an account that was closed: an address that can never exist (RFC 2606).</summary>
    public static string OfClosed(Guid accountId) => $"closed-{accountId:N}{ClosedDomain}";

    /// <summary>Whether it stands in for that of an account that was closed: nobody reads there.</summary>
    public static bool IsOfClosed(string email) => email.EndsWith(ClosedDomain, StringComparison.OrdinalIgnoreCase);

    /// <summary>Trimmed and in lower case (invariant), or null where it cannot be an address: no quoted local parts, no comments, no control characters, not what stands in for a closed account's.</summary>
    public static string? Key(string? email)
    {
        var text = email?.Trim() ?? "";
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return text.Length <= MaxLength && at is > 0 and <= MaxLocalLength && IsLocal(text.AsSpan(0, at)) && IsDomain(text.AsSpan(at + 1)) && !IsOfClosed(text)
            ? text.ToLowerInvariant() : null;
    }

    /// <summary>As <see cref="Key(string?)"/>, as a question.</summary>
    public static bool TryKey(string? email, [NotNullWhen(true)] out string? key) => (key = Key(email)) is not null;

    private static bool IsLocal(ReadOnlySpan<char> local)
    {
        foreach (var c in local)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c) || char.IsSurrogate(c) || "()<>[]:;@\\,\"".Contains(c, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return local[0] != '.' && local[^1] != '.' && local.IndexOf("..", StringComparison.Ordinal) < 0;
    }

    private static bool IsDomain(ReadOnlySpan<char> domain)
    {
        if (domain.IsEmpty)
        {
            return false;
        }

        foreach (var range in domain.Split('.'))
        {
            var label = domain[range];
            if (label.IsEmpty || label.Length > 63 || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }

            foreach (var c in label)
            {
                if (!char.IsLetterOrDigit(c) && c != '-')
                {
                    return false;
                }
            }
        }

        return true;
    }
}
