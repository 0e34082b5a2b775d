using Holdfast.Loyalty.Core;

namespace Holdfast.Loyalty;

/// <summary>A row of the ledger as it is served.</summary>
/// <param name="StoreId">Whose points they are.</param>
/// <param name="Sequence">Counts within the customer's account in the store, from 1, without gaps.</param>
/// <param name="Reason">One of <see cref="PointsReasons"/>.</param>
/// <param name="Note">What staff said about an adjustment.</param>
/// <param name="ExpiresAt">When what is left of earned points lapses; null: never.</param>
public sealed record PointsMovementView(Guid StoreId, long Sequence, long Points, string Reason, Guid? OrderId, string? Note,
    DateTime? ExpiresAt, DateTime CreatedAt);
