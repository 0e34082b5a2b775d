namespace Holdfast.Inventory.Core;

/// <summary>A hold that is not there any more, in full or in part.</summary>
/// <param name="Held">Pieces that were promised.</param>
/// <param name="Missing">Pieces of them that are not on hand: 1 to <paramref name="Held"/>.</param>
public sealed record ShortHold(Guid ReferenceId, long Held, long Missing);
