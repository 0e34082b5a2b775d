namespace Holdfast.Client;

/// <summary>A line of the audit log.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="OccurredAt">When, UTC.</param>
/// <param name="Actor">Who did it, such as <c>staff:ID</c>.</param>
/// <param name="Action">A word such as <c>signed_in</c>, or the route such as <c>POST /orders/{id}/ship</c>.</param>
/// <param name="Resource">The id of what was changed; null where there is none.</param>
/// <param name="StoreId">Null where it is not known, or of no store.</param>
/// <param name="Address">The client's; null once it is forgotten.</param>
public sealed record AuditLine(Guid Id, DateTimeOffset OccurredAt, string Actor, string Action, string? Resource, Guid? StoreId,
    string? Address);
