
namespace Holdfast.Client;

/// <summary>A correction of what is on hand: either by a difference or by what was counted.</summary>
/// <param name="Reason">Kept in the ledger.</param>
/// <param name="Delta">Pieces that were found, negative where they are gone.</param>
/// <param name="Counted">Pieces that are on the shelf, promised ones included.</param>
public sealed record Adjustment(string Reason, long? Delta = null, long? Counted = null);
