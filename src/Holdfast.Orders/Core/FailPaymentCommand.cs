
namespace Holdfast.Orders.Core;

/// <summary>
/// A payment was tried and has failed: an unpaid order says so, and may still be paid. <paramref name="Currency"/>: must be the order's,
/// where it is given.
/// </summary>
public sealed record FailPaymentCommand(Guid OrderId, Guid StoreId, string Actor, string? Currency, string? Reason)
    : OrderCommand(OrderId, StoreId, Actor);
