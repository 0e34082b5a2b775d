
namespace Holdfast.Inventory.Core;

/// <summary>
/// <c>Active</c> holds stock. The others are final: given back by a caller, given back because its time was over, shipped out, or taken
/// over by an order.
/// </summary>
public enum ReservationStatus
{
    Active,
    Released,
    Expired,
    Committed,
    Consumed,
}
