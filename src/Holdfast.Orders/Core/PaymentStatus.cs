using System.Diagnostics.CodeAnalysis;
using Holdfast.Identity;
using Holdfast.Inventory.Core;

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
