
namespace Holdfast.Loyalty.Core;

/// <summary>One row of the ledger.</summary>
/// <param name="NextExpiryBefore">The account's next expiry before this row.</param>
public readonly record struct PointsMovement(
    PointsEntry Entry, long Sequence, long Delta, string Reason, Guid? OrderId, string? Note, DateTime? ExpiresAt,
    DateTime? NextExpiryBefore);
