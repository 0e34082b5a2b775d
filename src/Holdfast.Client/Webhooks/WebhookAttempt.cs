namespace Holdfast.Client;

/// <summary>What came of one try.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="HttpStatus">Null where there was no answer.</param>
/// <param name="Error">
/// <c>timeout</c>, <c>unresolved</c>, <c>private_address</c>, <c>not_https</c>, <c>connection_failed</c>, <c>tls_failed</c>,
/// <c>event_gone</c>, <c>refused</c>; null where it was taken.
/// </param>
/// <param name="DurationMs">How long the answer took, in milliseconds.</param>
public sealed record WebhookAttempt(DateTimeOffset At, int? HttpStatus, string? Error, int DurationMs);
