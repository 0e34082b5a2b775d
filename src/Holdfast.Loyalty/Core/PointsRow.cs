
namespace Holdfast.Loyalty.Core;

/// <summary>An account as it was read.</summary>
/// <param name="Movements">How many ledger rows there are: the sequence of the last one.</param>
/// <param name="NextExpiry">No points lapse before it; null: none will.</param>
public sealed record PointsRow(Guid CustomerId, Guid StoreId, long Balance, long Movements, DateTime? NextExpiry);
