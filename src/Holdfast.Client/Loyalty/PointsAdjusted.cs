namespace Holdfast.Client;

/// <summary>What an adjustment has changed.</summary>
/// <param name="CustomerId">The customer.</param>
/// <param name="StoreId">The store that gives them.</param>
/// <param name="Balance">After it.</param>
/// <param name="Movement">The row that it added to the ledger.</param>
public sealed record PointsAdjusted(Guid CustomerId, Guid StoreId, long Balance, PointsMovement Movement);
