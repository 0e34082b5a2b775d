
namespace Holdfast.Orders.Core;

/// <summary>
/// Money has come in, by any payment method. Minor units. The provider and the transaction are stored as <see cref="PaymentNames"/> folds
/// them.
/// </summary>
public sealed record PayCommand(Guid OrderId, Guid StoreId, string Actor, Guid PaymentId, string Provider, string TransactionId,
    long Amount, string Currency,
    string? Method, int? Installments, DateTime? ReceivedAt) : OrderCommand(OrderId, StoreId, Actor)
{
    public string Provider { get; } = PaymentNames.FoldProvider(Provider);

    public string TransactionId { get; } = PaymentNames.FoldTransaction(TransactionId);
}
