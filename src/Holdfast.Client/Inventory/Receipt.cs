
namespace Holdfast.Client;

/// <summary>Goods that came in.</summary>
/// <param name="Quantity">1 to 1,000,000,000 pieces.</param>
/// <param name="Reference">A delivery note. The same one counts once in a variant, however often it is told.</param>
public sealed record Receipt(long Quantity, string Reference);
