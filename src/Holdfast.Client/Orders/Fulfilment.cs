namespace Holdfast.Client;

/// <summary>Goods that went out or came back.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Kind"><c>shipment</c> or <c>return</c>.</param>
/// <param name="Carrier">Null where none was named.</param>
/// <param name="TrackingNumber">Null where none was named.</param>
/// <param name="Restocked">Whether what came back can be sold again.</param>
/// <param name="Lines">The pieces.</param>
/// <param name="CreatedAt">When, UTC.</param>
public sealed record Fulfilment(Guid Id, string Kind, string? Carrier, string? TrackingNumber, bool Restocked, IReadOnlyList<Line> Lines,
    DateTimeOffset CreatedAt);
