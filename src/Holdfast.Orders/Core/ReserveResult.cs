
namespace Holdfast.Orders.Core;

/// <summary>Another stock keeper has reserved the goods or refused them. If it refused, the order is cancelled.</summary>
public sealed record ReserveResult(Guid OrderId, bool Accepted, string? Reason) : IncomingMessage(OrderId);
