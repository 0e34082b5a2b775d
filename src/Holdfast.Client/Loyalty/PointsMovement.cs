namespace Holdfast.Client;

/// <summary>A row of the ledger of points; rows are never changed.</summary>
/// <param name="StoreId">The store that gives them.</param>
/// <param name="Sequence">Counts within the customer's points in the store, from 1, without gaps.</param>
/// <param name="Points">What was given, negative where it was taken.</param>
/// <param name="Reason">
/// <c>earned</c>, <c>redeemed</c>, <c>late_payment</c>, <c>cancelled</c>, <c>expired</c>, <c>returned</c>, <c>lapsed</c> or
/// <c>adjusted</c>.
/// </param>
/// <param name="OrderId">On whose account it is; null where there is no order.</param>
/// <param name="Note">What staff said about an adjustment; else null.</param>
/// <param name="ExpiresAt">When what is left of earned points lapses; null: never.</param>
/// <param name="CreatedAt">When, UTC.</param>
public sealed record PointsMovement(Guid StoreId, long Sequence, long Points, string Reason, Guid? OrderId, string? Note,
    DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt);
