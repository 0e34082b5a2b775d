namespace Holdfast.Client;

/// <summary>What an order and a quote are made of, but for the lines.</summary>
public abstract record OrderBody
{
    /// <summary>The store that sells.</summary>
    public required Guid StoreId { get; init; }

    /// <summary>Where the goods go.</summary>
    public required DeliveryAddress DeliveryAddress { get; init; }

    /// <summary>At most 40 characters, in any writing.</summary>
    public required string ContactPhone { get; init; }

    /// <summary>Required of guests, staff and services; an account orders for itself.</summary>
    public Buyer? Customer { get; init; }

    /// <summary>One of <see cref="Client.PaymentMethod"/>; null: the first that store and products allow.</summary>
    public string? PaymentMethod { get; init; }

    /// <summary>What the buyer has seen, in minor units: another total is refused with 409 <c>total_changed</c>; null: any total.</summary>
    public long? ExpectedTotal { get; init; }

    /// <summary>For the shop, at most 1,000 characters; null: nothing.</summary>
    public string? Note { get; init; }

    /// <summary>Up to 50 texts of your own, of 8 KiB together; null: none.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Your id of the order, unique within the store; only of whoever works for it.</summary>
    public string? ExternalId { get; init; }

    /// <summary>A discount code; null: none.</summary>
    public string? DiscountCode { get; init; }

    /// <summary>Two discount codes, where the store combines them; null: none.</summary>
    public IReadOnlyList<string>? DiscountCodes { get; init; }

    /// <summary>Points to pay with, of an account; as many as the total takes; null: none.</summary>
    public long? RedeemPoints { get; init; }

    /// <summary>A reservation of the store that the order takes over; null: none.</summary>
    public Guid? ReservationId { get; init; }

    /// <summary>What delivery costs, in minor units, instead of the store's rates; only of whoever works for it.</summary>
    public long? ShippingFee { get; init; }
}

/// <summary>An order to be placed or quoted.</summary>
public sealed record PlaceOrder : OrderBody
{
    /// <summary>1 to 100, of 1 to 1,000,000 pieces each; lines of one variant are summed.</summary>
    public required IReadOnlyList<Line> Lines { get; init; }
}

/// <summary>An order of what is in the caller's cart.</summary>
public sealed record CheckOut : OrderBody;

/// <summary>What is to be corrected of an order; what is null stays.</summary>
/// <param name="DeliveryAddress">Until it is shipped.</param>
/// <param name="ContactPhone">Until it is shipped.</param>
/// <param name="Note">Until it is shipped.</param>
/// <param name="Customer">The buyer's email, name or both; only of whoever works for the store.</param>
/// <param name="Status"><c>confirmed</c>, <c>shipped</c>, <c>delivered</c>, <c>returned</c> or <c>cancelled</c>; only of staff.</param>
public sealed record OrderEdit(DeliveryAddress? DeliveryAddress = null, string? ContactPhone = null, string? Note = null,
    BuyerEdit? Customer = null, string? Status = null);

/// <summary>What is to be corrected of a buyer; what is null stays.</summary>
/// <param name="Email">The right one.</param>
/// <param name="Name">The right one.</param>
public sealed record BuyerEdit(string? Email = null, string? Name = null);

/// <summary>Why an order, or some of its lines, is cancelled.</summary>
/// <param name="Reason">At most 500 characters.</param>
/// <param name="Lines">Pieces that have not been shipped; without: all; only of whoever works for the store.</param>
public sealed record Cancellation(string? Reason = null, IReadOnlyList<Line>? Lines = null);

/// <summary>That the buyer means an order on delivery: with the mailed link's token, or with the code of the text message.</summary>
/// <param name="Token">The link's; null where the code is sent.</param>
/// <param name="Code">The message's; null where the token is sent.</param>
public sealed record Confirmation(string? Token = null, string? Code = null);

/// <summary>What a confirmation tells: no more than whoever has the link may know.</summary>
/// <param name="Id">The order's.</param>
/// <param name="Number">What people call it.</param>
/// <param name="Status">One of <see cref="OrderStatus"/>.</param>
public sealed record Confirmed(Guid Id, string Number, string Status);

/// <summary>Goods that leave the house.</summary>
/// <param name="Lines">Without: all that is open.</param>
/// <param name="Carrier">Who brings them.</param>
/// <param name="TrackingNumber">By which the carrier knows them.</param>
public sealed record Shipment(IReadOnlyList<Line>? Lines = null, string? Carrier = null, string? TrackingNumber = null);

/// <summary>Goods that came back.</summary>
/// <param name="Lines">Without: all that is out.</param>
/// <param name="Restock">Whether they can be sold again; without: yes.</param>
public sealed record GoodsReturn(IReadOnlyList<Line>? Lines = null, bool? Restock = null);

/// <summary>Money that came by another way than ours.</summary>
/// <param name="Provider">1 to 60 of a to z, 0 to 9 and <c>_</c>.</param>
/// <param name="TransactionId">The provider's id; the same one counts once in a store.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Currency">The order's.</param>
/// <param name="Method">How, in the provider's words.</param>
/// <param name="Installments">In how many parts, 1 to 1,000.</param>
/// <param name="ReceivedAt">When; without: now.</param>
public sealed record Payment(string Provider, string TransactionId, long Amount, string Currency, string? Method = null,
    int? Installments = null, DateTimeOffset? ReceivedAt = null);

/// <summary>Which order a guest has lost the link of.</summary>
/// <param name="Number">As the shop told it.</param>
/// <param name="Email">With which it was placed.</param>
public sealed record OrderLookup(string Number, string Email);
