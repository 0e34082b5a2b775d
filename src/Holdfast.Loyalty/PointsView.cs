using Holdfast.Loyalty.Core;

namespace Holdfast.Loyalty;

/// <summary>A customer's points in a store as they are served.</summary>
/// <param name="Balance">What can be spent now; below zero when points that were spent were taken back.</param>
/// <param name="NextExpiry">The points that lapse first, unless they are spent before; null when none will.</param>
public sealed record PointsView(Guid CustomerId, Guid StoreId, long Balance, UpcomingExpiry? NextExpiry);
