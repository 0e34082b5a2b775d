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
