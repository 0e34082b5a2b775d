
namespace Holdfast.Orders.Core;

/// <summary>A payment was tried and has failed.</summary>
public sealed record PaymentFailed(Guid OrderId, string? Currency, string? Reason) : IncomingMessage(OrderId);
