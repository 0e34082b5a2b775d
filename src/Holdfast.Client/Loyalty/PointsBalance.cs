namespace Holdfast.Client;

/// <summary>A customer's points in a store.</summary>
/// <param name="CustomerId">The customer.</param>
/// <param name="StoreId">The store that gives them.</param>
/// <param name="Balance">What can be spent now; below zero where points that were spent were taken back.</param>
/// <param name="NextExpiry">The points that lapse first, unless they are spent before; null where none will.</param>
public sealed record PointsBalance(Guid CustomerId, Guid StoreId, long Balance, PointsExpiry? NextExpiry);
