namespace Holdfast.Loyalty.Core;

/// <summary>A row of an account's ledger, as far as it says which points are left.</summary>
public sealed record LedgerRow(Guid CustomerId, Guid StoreId, long Delta, string Reason, Guid? OrderId, DateTime? ExpiresAt);
