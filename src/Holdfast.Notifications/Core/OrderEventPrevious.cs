
namespace Holdfast.Notifications.Core;

/// <summary>What an event says of the state before it.</summary>
public sealed record OrderEventPrevious(string? PreviousStatus = null, string? PreviousPaymentStatus = null,
    long PreviousAmountRefunded = 0,
    string? Reason = null);
