using Holdfast.Inventory.Core;
using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>Something to be done with an order that exists.</summary>
/// <param name="Actor">Who, for the history.</param>
public abstract record OrderCommand(Guid OrderId, Guid StoreId, string Actor)
{
    /// <summary>Refused when the order has another version by now.</summary>
    public VersionCondition? ExpectedVersion { get; init; }

    /// <summary>What other modules write in the same commit.</summary>
    public IReadOnlyList<Rider> Riders { get; init; } = [];
}

/// <summary>
/// Money has come in, by whatever way. Minor units. The provider and the transaction are kept as <see cref="PaymentNames"/> folds them.
/// </summary>
public sealed record PayCommand(Guid OrderId, Guid StoreId, string Actor, Guid PaymentId, string Provider, string TransactionId,
    long Amount, string Currency,
    string? Method, int? Installments, DateTime? ReceivedAt) : OrderCommand(OrderId, StoreId, Actor)
{
    public string Provider { get; } = PaymentNames.FoldProvider(Provider);

    public string TransactionId { get; } = PaymentNames.FoldTransaction(TransactionId);
}

/// <summary>
/// A payment was tried and has failed: an unpaid order says so, and may still be paid. <paramref name="Currency"/>: must be the order's,
/// where it is given.
/// </summary>
public sealed record FailPaymentCommand(Guid OrderId, Guid StoreId, string Actor, string? Currency, string? Reason)
    : OrderCommand(OrderId, StoreId, Actor);

/// <summary>Ends an order that has not been shipped, or cancels lines that have not: stock goes back, and money becomes due back.</summary>
public sealed record CancelCommand(Guid OrderId, Guid StoreId, string Actor, string? Reason) : OrderCommand(OrderId, StoreId, Actor)
{
    /// <summary>Null for the whole order; of one that is partly shipped, all that is open.</summary>
    public IReadOnlyList<StockLine>? Lines { get; init; }

    /// <summary>Those who work for the store may cancel a part of an order.</summary>
    public bool ByStore { get; init; }
}

/// <summary>Gives the stock of an overdue order back; anything but an overdue order stays as it is.</summary>
public sealed record ExpireCommand(Guid OrderId, Guid StoreId, string Actor) : OrderCommand(OrderId, StoreId, Actor);

/// <summary>Staff vouch for the money, or the buyer says that they mean it.</summary>
public sealed record ConfirmCommand(Guid OrderId, Guid StoreId, string Actor) : OrderCommand(OrderId, StoreId, Actor)
{
    public bool ByBuyer { get; init; }

    /// <summary>By a link that only the buyer's mailbox got.</summary>
    public bool ProvesMailbox { get; init; }
}

/// <summary>Goods leave the house. <paramref name="Lines"/>: null for all that is open.</summary>
public sealed record ShipCommand(Guid OrderId, Guid StoreId, string Actor, Guid FulfilmentId, IReadOnlyList<StockLine>? Lines,
    string? Carrier, string? TrackingNumber)
    : OrderCommand(OrderId, StoreId, Actor);

/// <summary>Goods have arrived. <paramref name="PaymentId"/>: the id of the payment that cash on delivery makes.</summary>
public sealed record DeliverCommand(Guid OrderId, Guid StoreId, string Actor, Guid PaymentId) : OrderCommand(OrderId, StoreId, Actor);

/// <summary>Goods come back: delivered ones, or before their delivery. <paramref name="Lines"/>: null for all that is out.</summary>
public sealed record ReturnCommand(Guid OrderId, Guid StoreId, string Actor, Guid FulfilmentId, IReadOnlyList<StockLine>? Lines,
    bool Restock)
    : OrderCommand(OrderId, StoreId, Actor);

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

/// <summary>Out of the lists: of its owner's, or (staff) of everybody's.</summary>
public sealed record HideCommand(Guid OrderId, Guid StoreId, string Actor, bool ByOwner) : OrderCommand(OrderId, StoreId, Actor);
