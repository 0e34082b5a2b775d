
namespace Holdfast.Client;

/// <summary>What was counted of a variant, promised pieces included.</summary>
/// <param name="VariantId">The variant.</param>
/// <param name="Counted">Pieces, 0 or more.</param>
public sealed record CountedLine(Guid VariantId, long Counted);
