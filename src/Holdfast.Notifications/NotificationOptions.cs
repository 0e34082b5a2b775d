using Holdfast.Notifications.Sms;

namespace Holdfast.Notifications;

/// <summary>What buyers are told, and how.</summary>
public sealed record NotificationOptions
{
    /// <summary>
    /// Off: buyers are told nothing about their orders, for load tests and for orders that are brought in from elsewhere.
    /// </summary>
    public bool OrderMails { get; init; } = true;

    /// <summary>A gateway for SMS; null: none are sent.</summary>
    public SmsGateway? Sms { get; init; }

    /// <summary>The calling codes of the countries to which SMS are sent, without the plus sign.</summary>
    public IReadOnlyList<string> SmsCountries { get; init; } = ["84"];

    /// <summary>
    /// The most mails and texts within an hour that strangers' orders cause to one recipient, and from one address; 0: no limit.
    /// </summary>
    public int StrangersPerRecipient { get; init; }

    public int StrangersPerClient { get; init; }
}
