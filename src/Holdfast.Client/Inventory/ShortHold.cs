namespace Holdfast.Client;

/// <summary>An order or reservation whose goods are not there, in full or in part.</summary>
/// <param name="ReferenceId">The order or the reservation.</param>
/// <param name="Held">Pieces that were promised.</param>
/// <param name="Missing">Pieces of them that are not on hand: 1 to <paramref name="Held"/>.</param>
public sealed record ShortHold(Guid ReferenceId, long Held, long Missing);
