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
