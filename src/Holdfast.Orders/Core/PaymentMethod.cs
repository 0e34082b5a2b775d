
namespace Holdfast.Orders.Core;

/// <summary>How it is to be paid, and so how long there is for it.</summary>
public enum PaymentMethod
{
    Online,
    BankTransfer,
    CashOnDelivery,
}
