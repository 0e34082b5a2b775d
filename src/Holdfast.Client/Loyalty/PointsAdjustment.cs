namespace Holdfast.Client;

/// <summary>Points that staff give or take.</summary>
/// <param name="StoreId">The store that gives them.</param>
/// <param name="Points">Other than 0; negative takes some, never more than there are.</param>
/// <param name="Reason">The note in the ledger.</param>
public sealed record PointsAdjustment(Guid StoreId, long Points, string Reason);
