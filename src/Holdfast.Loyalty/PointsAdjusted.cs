
namespace Holdfast.Loyalty;

/// <summary>What an adjustment answers: the balance after it, and its row of the ledger.</summary>
public sealed record PointsAdjusted(Guid CustomerId, Guid StoreId, long Balance, PointsMovementView Movement);
