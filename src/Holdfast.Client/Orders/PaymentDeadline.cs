namespace Holdfast.Client;

/// <summary>How long an order waits for its money.</summary>
/// <param name="ExpiresAt">When it expires unless it is paid.</param>
/// <param name="DurationMinutes">How long that was when it was placed; may have decimals.</param>
public sealed record PaymentDeadline(DateTimeOffset ExpiresAt, decimal DurationMinutes);
