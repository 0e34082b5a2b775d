
namespace Holdfast.Webhooks.Sending;

/// <summary>What came of one try.</summary>
/// <param name="HttpStatus">Null where there was no answer.</param>
/// <param name="Error">Why, as a word: <c>timeout</c>, <c>unresolved</c>, <c>private_address</c>, <c>not_https</c>,
/// <c>connection_failed</c>, <c>tls_failed</c>, <c>event_gone</c>, <c>refused</c> (an answer that is no 2xx).</param>
public sealed record WebhookAttempt(DateTime At, int? HttpStatus, string? Error, int DurationMs);
