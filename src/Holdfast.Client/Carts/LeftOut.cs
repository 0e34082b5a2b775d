namespace Holdfast.Client;

/// <summary>Pieces of a visitor's cart that the customer's could not take.</summary>
/// <param name="VariantId">The variant.</param>
/// <param name="Name">As the catalog has it.</param>
/// <param name="Quantity">Pieces that were left out.</param>
public sealed record LeftOut(Guid VariantId, string Name, long Quantity);
