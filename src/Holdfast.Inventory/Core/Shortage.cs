
namespace Holdfast.Inventory.Core;

/// <summary>A line that cannot be had: what was asked for and what there is.</summary>
public sealed record Shortage(Guid VariantId, long Requested, long Available);
