namespace Holdfast.Carts.Core;

/// <summary>Pieces of an anonymous cart that the customer's could not take.</summary>
public sealed record OmittedLine(Guid VariantId, string Name, long Quantity);
