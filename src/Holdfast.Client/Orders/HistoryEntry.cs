namespace Holdfast.Client;

/// <summary>Something that happened to an order.</summary>
/// <param name="Sequence">Counts within the order, from 1, without gaps.</param>
/// <param name="Type">The event's, such as <c>order.shipped</c>.</param>
/// <param name="OccurredAt">When, UTC.</param>
/// <param name="Actor">Who did it: <c>customer:ID</c>, <c>staff:ID</c>, <c>guest</c>, <c>system</c>.</param>
/// <param name="Status">The order's after it.</param>
/// <param name="PaymentStatus">The order's after it.</param>
/// <param name="PreviousStatus">The order's before it; null where it stayed.</param>
/// <param name="Reason">Null where there is none.</param>
/// <param name="Changed">The members that were corrected; null where none were.</param>
/// <param name="Version">The order's after it.</param>
public sealed record HistoryEntry(int Sequence, string Type, DateTimeOffset OccurredAt, string Actor, string Status, string PaymentStatus,
    string? PreviousStatus, string? Reason, IReadOnlyList<string>? Changed, int Version);
