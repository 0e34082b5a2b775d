using MimeKit;

namespace Holdfast.Notifications.Mail;

/// <summary>Where mails go.</summary>
/// <param name="Server">Null: they are written as <c>.eml</c> files into <paramref name="Folder"/>.</param>
/// <param name="From">The sender's address, with or without a name: <c>Shop &lt;shop@example.com&gt;</c>.</param>
public sealed record MailOptions(SmtpServer? Server, string From, string Folder)
{
    // By default "an" alone would be an address, too.
    private static readonly ParserOptions Strict = new() { AllowAddressesWithoutDomain = false };

    /// <summary>Whether mails can go to, or come from, what is written so: an address with a domain, with or without a name.</summary>
    public static bool IsAddress(string text) => MailboxAddress.TryParse(Strict, text, out _);

    /// <exception cref="FormatException">It is no address.</exception>
    internal static MailboxAddress Address(string text) => MailboxAddress.Parse(Strict, text);
}
