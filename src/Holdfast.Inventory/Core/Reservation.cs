using System.Text.Json.Serialization;

namespace Holdfast.Inventory.Core;

/// <summary>A stand-alone hold on the stock of one store; served, and carried by its events, as it is here.</summary>
/// <param name="Lines">In the order of their variants' ids, each variant once.</param>
public sealed record Reservation(Guid Id, Guid StoreId, ReservationStatus Status, string? Reference, DateTime ExpiresAt, DateTime CreatedAt,
    DateTime UpdatedAt,
    IReadOnlyList<StockLine> Lines)
{
    /// <summary>The sequence of <c>inventory.reserved</c>: its first event.</summary>
    public const int FirstEvent = 1;

    /// <summary>The sequence of the event that says how it ended: there is no third.</summary>
    public const int LastEvent = 2;

    [JsonIgnore]
    public int EventSequence => Status == ReservationStatus.Active ? FirstEvent : LastEvent;

    /// <summary>Past its time it has expired, whether or not a sweep has been there.</summary>
    public bool IsOverdue(DateTime now) => Status == ReservationStatus.Active && ExpiresAt <= now;

    /// <summary>As it must be told at <paramref name="now"/>.</summary>
    public Reservation At(DateTime now) => IsOverdue(now) ? this with { Status = ReservationStatus.Expired } : this;

    /// <summary>Sums the lines of a variant that is named twice.</summary>
    public static IReadOnlyList<StockLine> Sum(IEnumerable<StockLine> lines) =>
        [.. lines.GroupBy(l => l.VariantId).Select(g => new StockLine(g.Key, g.Sum(l => l.Quantity))).OrderBy(l => l.VariantId)];
}
