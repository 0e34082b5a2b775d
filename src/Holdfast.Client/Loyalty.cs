namespace Holdfast.Client;

/// <summary>How a store gives points and takes them.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="AmountPerPoint">For every so many minor units of goods a customer gets a point; 0: none are given.</param>
/// <param name="PointValue">What a point pays, in minor units; 0: none are taken.</param>
/// <param name="ExpiresAfterDays">When points lapse that were not spent; null: never.</param>
public sealed record LoyaltyProgram(Guid StoreId, long AmountPerPoint, long PointValue, int? ExpiresAfterDays);

/// <summary>A program as it is to be.</summary>
/// <param name="AmountPerPoint">For every so many minor units of goods a customer gets a point; 0: none are given.</param>
/// <param name="PointValue">What a point pays, in minor units, at most the amount for which it is given; 0: none are taken.</param>
/// <param name="ExpiresAfterDays">1 to 36,500; without: points never lapse.</param>
public sealed record LoyaltyProgramBody(long AmountPerPoint, long PointValue, int? ExpiresAfterDays = null);

/// <summary>A customer's points in a store.</summary>
/// <param name="CustomerId">The customer.</param>
/// <param name="StoreId">The store that gives them.</param>
/// <param name="Balance">What can be spent now; below zero where points that were spent were taken back.</param>
/// <param name="NextExpiry">The points that lapse first, unless they are spent before; null where none will.</param>
public sealed record PointsBalance(Guid CustomerId, Guid StoreId, long Balance, PointsExpiry? NextExpiry);

/// <summary>Points that will lapse.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Points">How many.</param>
public sealed record PointsExpiry(DateTimeOffset At, long Points);

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

/// <summary>Points that staff give or take.</summary>
/// <param name="StoreId">The store that gives them.</param>
/// <param name="Points">Other than 0; negative takes some, never more than there are.</param>
/// <param name="Reason">The note in the ledger.</param>
public sealed record PointsAdjustment(Guid StoreId, long Points, string Reason);

/// <summary>What an adjustment has changed.</summary>
/// <param name="CustomerId">The customer.</param>
/// <param name="StoreId">The store that gives them.</param>
/// <param name="Balance">After it.</param>
/// <param name="Movement">The row that it added to the ledger.</param>
public sealed record PointsAdjusted(Guid CustomerId, Guid StoreId, long Balance, PointsMovement Movement);
