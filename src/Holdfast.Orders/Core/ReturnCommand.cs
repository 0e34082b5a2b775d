using Holdfast.Inventory.Core;

namespace Holdfast.Orders.Core;

/// <summary>Goods come back: delivered ones, or before their delivery. <paramref name="Lines"/>: null for all that is out.</summary>
public sealed record ReturnCommand(Guid OrderId, Guid StoreId, string Actor, Guid FulfilmentId, IReadOnlyList<StockLine>? Lines,
    bool Restock)
    : OrderCommand(OrderId, StoreId, Actor);
