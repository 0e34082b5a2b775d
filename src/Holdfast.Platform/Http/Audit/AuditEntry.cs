using Holdfast.Platform.Http.Routing;

namespace Holdfast.Platform.Http.Audit;

/// <summary>A line of the audit log.</summary>
/// <param name="Action">A word such as <c>signed_in</c>, or the route of a change: <c>POST /orders/{id}/ship</c>.</param>
/// <param name="Actor">As <see cref="Caller.Actor"/>.</param>
/// <param name="Resource">The id of the changed resource, or null.</param>
public sealed record AuditEntry(string Action, string Actor, string? Resource = null, Guid? StoreId = null)
{
    /// <summary>The client's address; null if no request caused the change.</summary>
    public string? Address { get; init; } = ClientAddress.Text(ClientAddress.Current);
}
