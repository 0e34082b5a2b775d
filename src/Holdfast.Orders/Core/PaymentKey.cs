namespace Holdfast.Orders.Core;

/// <summary>What names a payment: the provider and its transaction, within a store.</summary>
public readonly record struct PaymentKey(Guid StoreId, string Provider, string TransactionId);
