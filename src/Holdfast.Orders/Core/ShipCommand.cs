using Holdfast.Inventory.Core;

namespace Holdfast.Orders.Core;

/// <summary>Goods leave the house. <paramref name="Lines"/>: null for all that is open.</summary>
public sealed record ShipCommand(Guid OrderId, Guid StoreId, string Actor, Guid FulfilmentId, IReadOnlyList<StockLine>? Lines,
    string? Carrier, string? TrackingNumber)
    : OrderCommand(OrderId, StoreId, Actor);
