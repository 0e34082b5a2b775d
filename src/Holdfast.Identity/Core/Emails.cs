using System.Diagnostics.CodeAnalysis;
using Holdfast.Platform.Text;

namespace Holdfast.Identity.Core;

/// <summary>The emails of accounts and guests: one mailbox has one key (<see cref="EmailAddress"/>).</summary>
public static class Emails
{
    /// <summary>RFC 5321, 4.5.3.1: the longest address that can be delivered to.</summary>
    public const int MaxLength = EmailAddress.MaxLength;

    private const string ClosedDomain = "@closed.invalid";

    /// <summary>What stands in for the email of an account that was closed: an address that can never exist (RFC 2606).</summary>
    public static string OfClosed(Guid accountId) => $"closed-{accountId:N}{ClosedDomain}";

    /// <summary>Whether it stands in for that of an account that was closed: nobody reads there.</summary>
    public static bool IsOfClosed(string email) => email.EndsWith(ClosedDomain, StringComparison.OrdinalIgnoreCase);

    /// <summary><see cref="EmailAddress.Key"/>, and null for what stands in for a closed account's.</summary>
    public static string? Key(string? email) => EmailAddress.Key(email) is { } key && !IsOfClosed(key) ? key : null;

    /// <summary>As <see cref="Key(string?)"/>, as a question.</summary>
    public static bool TryKey(string? email, [NotNullWhen(true)] out string? key) => (key = Key(email)) is not null;
}
