
namespace Holdfast.Notifications.Sms;

/// <summary>
/// An HTTP gateway that sends SMS: it takes a POST of <c>{"to": "+84...", "text": "..."}</c> and answers 2xx when it has it.
/// </summary>
/// <param name="Token">Sent as <c>Authorization: Bearer</c>; null: nothing is.</param>
public sealed record SmsGateway(Uri Url, string? Token)
{
    // A record would show its members, and so the token.
    public override string ToString() => Url.Host;
}
