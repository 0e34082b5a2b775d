using Holdfast.Platform.Http.Routing;

namespace Holdfast.Platform.Http.Audit;

/// <summary>A line of the audit log.</summary>
/// <param name="Action">A word such as <c>signed_in</c>, or the route of a change: <c>POST /orders/{id}/ship</c>.</param>
/// <param name="Actor">As <see cref="Caller.Actor"/>.</param>
/// <param name="Resource">The id of what was changed, or null.</param>
public sealed record AuditEntry(string Action, string Actor, string? Resource = null, Guid? StoreId = null)
{
    /// <summary>The client's address; null for what no request has caused.</summary>
    public string? Address { get; init; } = ClientAddress.Text(ClientAddress.Current);
}
