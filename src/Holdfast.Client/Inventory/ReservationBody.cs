namespace Holdfast.Client;

/// <summary>What is to be held: all lines, of one store, or none.</summary>
/// <param name="Lines">1 to 100; lines of one variant are summed.</param>
/// <param name="TtlSeconds">How long, 1 to 2,592,000; without: as the server is set, usually 600.</param>
/// <param name="Reference">What you call it.</param>
public sealed record ReservationBody(IReadOnlyList<Line> Lines, int? TtlSeconds = null, string? Reference = null);
