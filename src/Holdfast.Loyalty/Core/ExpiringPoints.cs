namespace Holdfast.Loyalty.Core;

/// <summary>What an account's ledger says of one time of expiry (null: of what has none), summed.</summary>
/// <param name="Points">Points earned that lapse then, less those taken back; 0 where there is no time.</param>
/// <param name="Debits">Points redeemed less those given back, taken by staff, lapsed; 0 where there is a time.</param>
public sealed record ExpiringPoints(Guid CustomerId, Guid StoreId, DateTime? ExpiresAt, long Points, long Debits);
