namespace Holdfast.Carts.Core;

/// <summary>What merging makes of a customer's cart.</summary>
/// <param name="Changed">Its lines that are new or have more pieces now.</param>
public sealed record MergeResult(IReadOnlyList<CartLine> Changed, IReadOnlyList<OmittedLine> LeftOut);
