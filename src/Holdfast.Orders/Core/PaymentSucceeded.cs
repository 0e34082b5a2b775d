
namespace Holdfast.Orders.Core;

/// <summary>Money has come in. Minor units.</summary>
public sealed record PaymentSucceeded(Guid OrderId, long Amount, string Currency, string TransactionId, string Provider)
    : IncomingMessage(OrderId);
