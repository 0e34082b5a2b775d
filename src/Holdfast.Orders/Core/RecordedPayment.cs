namespace Holdfast.Orders.Core;

/// <summary>The order that a payment was recorded on, and its amount in minor units.</summary>
public readonly record struct RecordedPayment(Guid OrderId, long Amount, string Currency);
