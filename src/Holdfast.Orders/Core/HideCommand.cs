
namespace Holdfast.Orders.Core;

/// <summary>Hides an order from lists: from its owner's, or (by staff) from everybody's.</summary>
public sealed record HideCommand(Guid OrderId, Guid StoreId, string Actor, bool ByOwner) : OrderCommand(OrderId, StoreId, Actor);
