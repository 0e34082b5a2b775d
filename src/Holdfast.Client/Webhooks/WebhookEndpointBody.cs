namespace Holdfast.Client;

/// <summary>An endpoint as it is to be.</summary>
/// <param name="StoreId">Whose events are sent.</param>
/// <param name="Url">An https address of the public internet.</param>
/// <param name="Types">Event types and families (<c>order.*</c>); without: all.</param>
/// <param name="Description">At most 200 characters; without: none.</param>
public sealed record WebhookEndpointBody(Guid StoreId, string Url, IReadOnlyList<string>? Types = null, string? Description = null);
