namespace Holdfast.Inventory.Core;

/// <summary>
/// <c>Active</c> holds stock. The others are final: given back by a caller, given back because the time was over, shipped out, or taken over
/// by an order.
/// </summary>
public enum ReservationStatus
{
    Active,
    Released,
    Expired,
    Committed,
    Consumed,
}

/// <summary>How much of a variant a reservation holds.</summary>
public sealed record ReservationLine(Guid VariantId, long Quantity);

/// <summary>A stand-alone hold on the stock of one store.</summary>
/// <param name="Lines">By variant id, each variant once.</param>
/// <param name="EventSequence">The sequence of its last event.</param>
public sealed record Reservation(Guid Id, Guid StoreId, ReservationStatus Status, string? Reference, DateTime ExpiresAt, DateTime CreatedAt,
    DateTime UpdatedAt, int EventSequence, IReadOnlyList<ReservationLine> Lines)
{
    /// <summary>The status as it must be told at <paramref name="now"/>: past its time it has expired, whether or not a sweep has been there.</summary>
    public ReservationStatus StatusAt(DateTime now) => IsOverdue(now) ? ReservationStatus.Expired : Status;

    public bool IsOverdue(DateTime now) => Status == ReservationStatus.Active && ExpiresAt <= now;

    /// <summary>Sums the lines of a variant that is named twice.</summary>
    public static IReadOnlyList<ReservationLine> Sum(IEnumerable<ReservationLine> lines) =>
        [.. lines.GroupBy(l => l.VariantId).Select(g => new ReservationLine(g.Key, g.Sum(l => l.Quantity))).OrderBy(l => l.VariantId)];
}
