namespace Holdfast.Client;

/// <summary>Pieces of a variant.</summary>
/// <param name="VariantId">The variant.</param>
/// <param name="Quantity">1 or more.</param>
public sealed record Line(Guid VariantId, long Quantity);
