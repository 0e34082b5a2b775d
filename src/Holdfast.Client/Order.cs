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

/// <summary>A line of an order; amounts are minor units of the order's currency.</summary>
/// <param name="VariantId">The variant.</param>
/// <param name="ProductId">The product of the variant.</param>
/// <param name="ProductName">As it was when the order was placed.</param>
/// <param name="Sku">As it was when the order was placed.</param>
/// <param name="UnitPrice">As it was when the order was placed.</param>
/// <param name="Quantity">Pieces that were ordered.</param>
/// <param name="LineTotal">Pieces times price, before discount and tax.</param>
/// <param name="DiscountAmount">Its share of what the codes take off; 0: none.</param>
/// <param name="TaxAmount">Its tax; 0: none.</param>
/// <param name="ShippedQuantity">Pieces that were sent out; 0: none.</param>
/// <param name="ReturnedQuantity">Pieces that came back after the delivery; 0: none.</param>
/// <param name="CancelledQuantity">Pieces that were cancelled before they were sent out; 0: none.</param>
/// <param name="UndeliveredQuantity">Pieces that came back, or were lost, before the delivery; 0: none.</param>
public sealed record OrderLine(Guid VariantId, Guid ProductId, string ProductName, string Sku, long UnitPrice, long Quantity,
    long LineTotal, long DiscountAmount = 0, long TaxAmount = 0, long ShippedQuantity = 0, long ReturnedQuantity = 0,
    long CancelledQuantity = 0, long UndeliveredQuantity = 0);

/// <summary>A code with what it takes off, in minor units.</summary>
/// <param name="Code">The code.</param>
/// <param name="Amount">What it takes off.</param>
public sealed record CodeDiscount(string Code, long Amount);

/// <summary>Who buys.</summary>
/// <param name="Email">To which the buyer is told about the order.</param>
/// <param name="Name">Null where none was given.</param>
public sealed record Buyer(string Email, string? Name = null);

/// <summary>How long an order waits for its money.</summary>
/// <param name="ExpiresAt">When it expires unless it is paid.</param>
/// <param name="DurationMinutes">How long that was when it was placed; may have decimals.</param>
public sealed record PaymentDeadline(DateTimeOffset ExpiresAt, decimal DurationMinutes);

/// <summary>Goods that went out or came back.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Kind"><c>shipment</c> or <c>return</c>.</param>
/// <param name="Carrier">Null where none was named.</param>
/// <param name="TrackingNumber">Null where none was named.</param>
/// <param name="Restocked">Whether what came back can be sold again.</param>
/// <param name="Lines">The pieces.</param>
/// <param name="CreatedAt">When, UTC.</param>
public sealed record Fulfilment(Guid Id, string Kind, string? Carrier, string? TrackingNumber, bool Restocked, IReadOnlyList<Line> Lines,
    DateTimeOffset CreatedAt);
