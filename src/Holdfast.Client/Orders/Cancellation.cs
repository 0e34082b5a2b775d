namespace Holdfast.Client;

/// <summary>Why an order, or some of its lines, is cancelled.</summary>
/// <param name="Reason">At most 500 characters.</param>
/// <param name="Lines">Pieces that have not been shipped; without: all; only of whoever works for the store.</param>
public sealed record Cancellation(string? Reason = null, IReadOnlyList<Line>? Lines = null);
