namespace Holdfast.Client;

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
