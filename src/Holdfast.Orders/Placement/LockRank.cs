
namespace Holdfast.Orders.Placement;

/// <summary>
/// The ranks of commit participants in the global lock order: those that are loaded before stock have a lower rank than
/// <see cref="Stock"/>.
/// </summary>
public static class LockRank
{
    public const int Guests = 5;
    public const int Inbox = 10;
    public const int Carts = 30;
    public const int PaymentSessions = 40;
    public const int Orders = 50;
    public const int Reservations = 60;
    public const int Stock = 70;
    public const int DiscountCodes = 80;
    public const int Points = 90;
}
