
namespace Holdfast.Orders.Core;

/// <summary>Staff vouch for the money, or the buyer says that they mean it.</summary>
public sealed record ConfirmCommand(Guid OrderId, Guid StoreId, string Actor) : OrderCommand(OrderId, StoreId, Actor)
{
    public bool ByBuyer { get; init; }

    /// <summary>By a link that only the buyer's mailbox got.</summary>
    public bool ProvesMailbox { get; init; }
}
