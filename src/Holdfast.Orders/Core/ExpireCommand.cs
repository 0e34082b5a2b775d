
namespace Holdfast.Orders.Core;

/// <summary>Gives the stock of an overdue order back; anything but an overdue order stays as it is.</summary>
public sealed record ExpireCommand(Guid OrderId, Guid StoreId, string Actor) : OrderCommand(OrderId, StoreId, Actor);
