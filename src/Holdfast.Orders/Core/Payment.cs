
namespace Holdfast.Orders.Core;

/// <summary>Money that has come in for an order. Minor units.</summary>
public sealed record Payment(Guid Id, string Provider, string TransactionId, long Amount, string Currency, string? Method,
    int? Installments, string Actor, DateTime ReceivedAt, DateTime CreatedAt);
