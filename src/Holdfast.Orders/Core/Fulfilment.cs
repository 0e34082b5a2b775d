using Holdfast.Inventory.Core;

namespace Holdfast.Orders.Core;

/// <summary>Something sent out or taken back. <paramref name="Kind"/>: <c>shipment</c> or <c>return</c>.</summary>
public sealed record Fulfilment(Guid Id, string Kind, string? Carrier, string? TrackingNumber, bool Restocked,
    IReadOnlyList<StockLine> Lines, DateTime CreatedAt)
{
    /// <summary>The order that it belongs to; known where it is stored.</summary>
    internal Guid OrderId { get; init; }
}
