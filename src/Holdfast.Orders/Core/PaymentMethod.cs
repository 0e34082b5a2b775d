
namespace Holdfast.Orders.Core;

/// <summary>How an order is paid, which also decides how long it may stay unpaid.</summary>
public enum PaymentMethod
{
    Online,
    BankTransfer,
    CashOnDelivery,
}
