namespace Holdfast.Client;

/// <summary>What a release has done.</summary>
/// <param name="Released">How many orders were cancelled.</param>
/// <param name="Kept">Those that were paid or changed since.</param>
/// <param name="HasMore">There are more than 1,000: call it again.</param>
public sealed record HoldsReleased(int Released, IReadOnlyList<KeptHold> Kept, bool HasMore);
