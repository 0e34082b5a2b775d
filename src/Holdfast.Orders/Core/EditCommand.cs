
namespace Holdfast.Orders.Core;

/// <summary>New address, phone or note; null leaves one as it is.</summary>
public sealed record EditCommand(Guid OrderId, Guid StoreId, string Actor, string? DeliveryAddress, string? ContactPhone, string? Note,
    OrderCommand? Then)
    : OrderCommand(OrderId, StoreId, Actor)
{
    /// <summary>The buyer's right email and name; only those who work for the store correct them.</summary>
    public string? Email { get; init; }

    public string? Name { get; init; }

    /// <summary>The guest whose email it is; set under lock, where a guest's order gets another email.</summary>
    public Guid? GuestId { get; set; }

    /// <summary>Buyers may change an order only so often.</summary>
    public bool ByOwner { get; init; }
}
