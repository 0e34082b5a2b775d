
namespace Holdfast.Platform.Mail;

/// <summary>A mail to one person.</summary>
/// <param name="Key">What causes it: of two mails with the same key only the first is sent.</param>
/// <param name="Text">The whole message as plain text.</param>
public sealed record OutgoingMail(string Key, string To, string Subject, string Text)
{
    public string? Html { get; init; }

    public Guid? StoreId { get; init; }

    /// <summary>The account or guest whose mailbox it goes to: the mail goes when they do.</summary>
    public Guid? UserId { get; init; }

    /// <summary>How long there is a use in sending it; null: always.</summary>
    public TimeSpan? GoodFor { get; init; }
}
