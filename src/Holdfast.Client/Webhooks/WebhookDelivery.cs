namespace Holdfast.Client;

/// <summary>One event for one endpoint.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="EventId">The event's id, and the <c>webhook-id</c>: <c>subject:sequence</c>.</param>
/// <param name="Type">The event's.</param>
/// <param name="Status"><c>pending</c>, <c>delivered</c>, or <c>failed</c>: given up.</param>
/// <param name="NextAttemptAt">When a pending one is tried next; else null.</param>
/// <param name="CreatedAt">When the event was queued, UTC.</param>
/// <param name="Log">Every try, the latest first; empty before the first.</param>
public sealed record WebhookDelivery(Guid Id, string EventId, string Type, string Status, DateTimeOffset? NextAttemptAt,
    DateTimeOffset CreatedAt, IReadOnlyList<WebhookAttempt> Log);
