using Holdfast.Inventory.Core;

namespace Holdfast.Orders.Core;

/// <summary>Ends an order that has not been shipped, or cancels lines that have not: stock goes back, and money becomes due back.</summary>
public sealed record CancelCommand(Guid OrderId, Guid StoreId, string Actor, string? Reason) : OrderCommand(OrderId, StoreId, Actor)
{
    /// <summary>Null for the whole order; of one that is partly shipped, all that is open.</summary>
    public IReadOnlyList<StockLine>? Lines { get; init; }

    /// <summary>Those who work for the store may cancel a part of an order.</summary>
    public bool ByStore { get; init; }
}
