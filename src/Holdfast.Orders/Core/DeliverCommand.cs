
namespace Holdfast.Orders.Core;

/// <summary>Goods have arrived. <paramref name="PaymentId"/>: the id of the payment that cash on delivery makes.</summary>
public sealed record DeliverCommand(Guid OrderId, Guid StoreId, string Actor, Guid PaymentId) : OrderCommand(OrderId, StoreId, Actor);
