
namespace Holdfast.Orders.Core;

/// <summary>An order that holds stock and has brought no money yet.</summary>
public readonly record struct PendingOrder(Guid StoreId, long Who, long? Phone, long Quantity);
