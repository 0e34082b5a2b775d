namespace Holdfast.Client;

/// <summary>How many pieces a line is to have.</summary>
/// <param name="Quantity">1 to 1,000,000.</param>
public sealed record LineQuantity(long Quantity);
