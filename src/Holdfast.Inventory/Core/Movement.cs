
namespace Holdfast.Inventory.Core;

/// <summary>One row of the ledger.</summary>
public readonly record struct Movement(StockEntry Entry, long Sequence, long OnHandDelta, long ReservedDelta, string Reason,
    Guid? ReferenceId, string? Reference);
