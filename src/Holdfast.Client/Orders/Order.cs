namespace Holdfast.Client;

/// <summary>An order. Amounts are minor units of <paramref name="Currency"/>.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Number">What people call it, such as <c>1Q7M-8ZK4-20RD</c>.</param>
/// <param name="StoreId">The store that sells.</param>
/// <param name="CustomerId">The account or the guest that it is of.</param>
/// <param name="Status">One of <see cref="OrderStatus"/>.</param>
/// <param name="PaymentStatus">One of <see cref="Client.PaymentStatus"/>.</param>
/// <param name="PaymentMethod">One of <see cref="Client.PaymentMethod"/>.</param>
/// <param name="Lines">At least one.</param>
/// <param name="Subtotal">The lines at their prices.</param>
/// <param name="DiscountCode">The first code; null where none was used.</param>
/// <param name="DiscountAmount">What the codes take off.</param>
/// <param name="RedeemedPoints">Points that the buyer pays with.</param>
/// <param name="PointsDiscountPrice">What these points pay.</param>
/// <param name="ShippingFee">What delivery costs.</param>
/// <param name="TaxAmount">The tax on all of it.</param>
/// <param name="TaxIncluded">Whether the prices have that tax in them; otherwise it is added to them.</param>
/// <param name="Total">What is to be paid, as it was when the order was placed.</param>
/// <param name="Currency">An ISO 4217 code such as <c>VND</c>.</param>
/// <param name="AmountPaid">What has been paid so far.</param>
/// <param name="AmountRefunded">What has gone back so far.</param>
/// <param name="RefundDue">What is still to go back.</param>
/// <param name="Customer">Who the buyer said to be.</param>
/// <param name="Locale"><c>vi</c> or <c>en</c>: the language in which the buyer is told about it.</param>
/// <param name="DeliveryAddress">Where the goods go.</param>
/// <param name="ContactPhone">As the buyer wrote it.</param>
/// <param name="ExpirationTime">Until when it waits, or waited, for its money; null where it never had to.</param>
/// <param name="Session">The same with its length; null where it never had to wait.</param>
/// <param name="LocalDate">The day of the store's time zone on which it was placed.</param>
/// <param name="CreatedAt">When it was placed, UTC.</param>
/// <param name="UpdatedAt">When it was last changed, UTC.</param>
/// <param name="Version">Counts its changes, from 1; give it as <see cref="IfMatch"/>.</param>
/// <param name="Discounts">Each of two codes with what it takes off; null where there are not two.</param>
/// <param name="EarnedPoints">Points that its delivery has given; 0: none.</param>
/// <param name="ShippingTaxAmount">The part of the tax that is on delivery; 0: none.</param>
/// <param name="CancelledAmount">What of the total is not to be paid any more, because lines were cancelled; 0: nothing.</param>
/// <param name="CancelledPoints">Points given back with cancelled lines; 0: none.</param>
/// <param name="Note">What the buyer wrote; null where there is nothing.</param>
/// <param name="Metadata">The integrator's own texts; null where there are none.</param>
/// <param name="ExternalId">Another system's id of it, unique within the store; null where there is none.</param>
/// <param name="DeletedAt">When staff have deleted it; null: they have not.</param>
/// <param name="Fulfilments">Shipments and returns, the oldest first; null where there are none.</param>
/// <param name="AccessKey">
/// What opens the order to whoever has it, given to a guest in the answer to placing alone; else null.
/// </param>
public sealed record Order(Guid Id, string Number, Guid StoreId, Guid CustomerId, string Status, string PaymentStatus,
    string PaymentMethod, IReadOnlyList<OrderLine> Lines, long Subtotal, string? DiscountCode, long DiscountAmount, long RedeemedPoints,
    long PointsDiscountPrice, long ShippingFee, long TaxAmount, bool TaxIncluded, long Total, string Currency, long AmountPaid,
    long AmountRefunded, long RefundDue, Buyer Customer, string Locale, DeliveryAddress DeliveryAddress, string ContactPhone,
    DateTimeOffset? ExpirationTime, PaymentDeadline? Session, DateOnly LocalDate, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    long Version, IReadOnlyList<CodeDiscount>? Discounts = null, long EarnedPoints = 0, long ShippingTaxAmount = 0,
    long CancelledAmount = 0, long CancelledPoints = 0, string? Note = null, IReadOnlyDictionary<string, string>? Metadata = null,
    string? ExternalId = null, DateTimeOffset? DeletedAt = null, IReadOnlyList<Fulfilment>? Fulfilments = null, string? AccessKey = null);
