namespace Holdfast.Client;

/// <summary>A hold on the stock of one store that no order has taken over yet.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="StoreId">The store whose stock it holds.</param>
/// <param name="Status"><c>active</c>, or how it ended: <c>released</c>, <c>expired</c>, <c>committed</c>, <c>consumed</c>.</param>
/// <param name="Reference">What its maker calls it; null where there is none.</param>
/// <param name="ExpiresAt">Until when it holds, unless it ends before.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="UpdatedAt">When it was last changed, UTC.</param>
/// <param name="Lines">Each variant once.</param>
public sealed record Reservation(Guid Id, Guid StoreId, string Status, string? Reference, DateTimeOffset ExpiresAt,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyList<Line> Lines);
