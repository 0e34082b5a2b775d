namespace Holdfast.Client;

/// <summary>An address of a store's own system that is told about events.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="StoreId">Whose events are sent.</param>
/// <param name="Url">Where events are sent.</param>
/// <param name="Description">Null where there is none.</param>
/// <param name="Types">Event types and families (<c>order.*</c>); empty: all.</param>
/// <param name="Status"><c>active</c>, <c>failing</c> or <c>paused</c>.</param>
/// <param name="FailingSince">Null: the last call was taken, or there was none.</param>
/// <param name="PausedAt">Null: it is not paused.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
public sealed record WebhookEndpoint(Guid Id, Guid StoreId, string Url, string? Description, IReadOnlyList<string> Types, string Status,
    DateTimeOffset? FailingSince, DateTimeOffset? PausedAt, DateTimeOffset CreatedAt);

/// <summary>An endpoint as it is to be.</summary>
/// <param name="StoreId">Whose events are sent.</param>
/// <param name="Url">An https address of the public internet.</param>
/// <param name="Types">Event types and families (<c>order.*</c>); without: all.</param>
/// <param name="Description">At most 200 characters; without: none.</param>
public sealed record WebhookEndpointBody(Guid StoreId, string Url, IReadOnlyList<string>? Types = null, string? Description = null);

/// <summary>An endpoint that was just made.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Secret">Signs what is sent there; shown this once.</param>
/// <param name="StoreId">Whose events are sent.</param>
/// <param name="Url">Where events are sent.</param>
/// <param name="Description">Null where there is none.</param>
/// <param name="Types">Event types and families (<c>order.*</c>); empty: all.</param>
/// <param name="Status"><c>active</c>.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
public sealed record NewWebhookEndpoint(Guid Id, string Secret, Guid StoreId, string Url, string? Description,
    IReadOnlyList<string> Types, string Status, DateTimeOffset CreatedAt);

/// <summary>One event for one endpoint.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="EventId">The event's id, and the <c>webhook-id</c>: <c>subject:sequence</c>.</param>
/// <param name="Type">The event's.</param>
/// <param name="Status"><c>pending</c>, <c>delivered</c>, or <c>failed</c>: given up.</param>
/// <param name="NextAttemptAt">Of a pending one; else null.</param>
/// <param name="CreatedAt">When the event was queued, UTC.</param>
/// <param name="Log">Every try, the latest first; empty before the first.</param>
public sealed record WebhookDelivery(Guid Id, string EventId, string Type, string Status, DateTimeOffset? NextAttemptAt,
    DateTimeOffset CreatedAt, IReadOnlyList<WebhookAttempt> Log);

/// <summary>What came of one try.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="HttpStatus">Null where there was no answer.</param>
/// <param name="Error">
/// <c>timeout</c>, <c>unresolved</c>, <c>private_address</c>, <c>not_https</c>, <c>connection_failed</c>, <c>tls_failed</c>,
/// <c>event_gone</c>, <c>refused</c>; null where it was taken.
/// </param>
/// <param name="DurationMs">How long the answer took, in milliseconds.</param>
public sealed record WebhookAttempt(DateTimeOffset At, int? HttpStatus, string? Error, int DurationMs);

/// <summary>How many deliveries are sent once more.</summary>
/// <param name="Redelivered">How many.</param>
public sealed record WebhooksRedelivered(int Redelivered);
