namespace Holdfast.Client;

/// <summary>What cannot be had of a variant; a fact of 409 <c>insufficient_stock</c>.</summary>
/// <param name="VariantId">The variant.</param>
/// <param name="Requested">Pieces that were asked for.</param>
/// <param name="Available">Pieces that there are.</param>
public sealed record Shortage(Guid VariantId, long Requested, long Available);
