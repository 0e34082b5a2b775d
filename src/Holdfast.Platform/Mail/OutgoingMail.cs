
namespace Holdfast.Platform.Mail;

/// <summary>A mail to one person.</summary>
/// <param name="Key">Identifies the cause: of two mails with the same key only the first is sent.</param>
/// <param name="Text">The whole message as plain text.</param>
public sealed record OutgoingMail(string Key, string To, string Subject, string Text)
{
    public string? Html { get; init; }

    public Guid? StoreId { get; init; }

    /// <summary>The account or guest who owns the mailbox: the mail is deleted with them.</summary>
    public Guid? UserId { get; init; }

    /// <summary>How long the mail is useful; null: always.</summary>
    public TimeSpan? GoodFor { get; init; }
}
