
namespace Holdfast.Inventory.Core;

/// <summary>A number of pieces of a variant, at least one.</summary>
public readonly record struct StockLine(Guid VariantId, long Quantity);
