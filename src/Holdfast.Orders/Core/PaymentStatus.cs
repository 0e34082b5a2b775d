
namespace Holdfast.Orders.Core;

/// <summary>Where its money stands; follows from the amounts.</summary>
public enum PaymentStatus
{
    Unpaid,
    PartiallyPaid,
    Authorized,
    Paid,
    PartiallyRefunded,
    Refunded,
    Failed,
}
