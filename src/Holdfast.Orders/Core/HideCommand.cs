
namespace Holdfast.Orders.Core;

/// <summary>Out of the lists: of its owner's, or (staff) of everybody's.</summary>
public sealed record HideCommand(Guid OrderId, Guid StoreId, string Actor, bool ByOwner) : OrderCommand(OrderId, StoreId, Actor);
