namespace Holdfast.Inventory.Core;

/// <summary>What one order or reservation holds of a variant.</summary>
/// <param name="Since">The ledger sequence of its first hold: the lower, the older.</param>
public sealed record Hold(Guid VariantId, Guid ReferenceId, long Quantity, long Since);
