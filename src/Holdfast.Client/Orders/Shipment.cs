namespace Holdfast.Client;

/// <summary>Goods that leave the house.</summary>
/// <param name="Lines">Without: all that is open.</param>
/// <param name="Carrier">Who brings them.</param>
/// <param name="TrackingNumber">By which the carrier knows them.</param>
public sealed record Shipment(IReadOnlyList<Line>? Lines = null, string? Carrier = null, string? TrackingNumber = null);
