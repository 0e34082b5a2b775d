namespace Holdfast.Client;

/// <summary>Something that happened to an order.</summary>
/// <param name="Sequence">Counts within the order, from 1, without gaps.</param>
/// <param name="Type">The event's, such as <c>order.shipped</c>.</param>
/// <param name="OccurredAt">When, UTC.</param>
/// <param name="Actor">Who did it: <c>customer:ID</c>, <c>staff:ID</c>, <c>guest</c>, <c>system</c>.</param>
/// <param name="Status">The order's after it.</param>
/// <param name="PaymentStatus">The order's after it.</param>
/// <param name="PreviousStatus">The order's before it; null where it stayed.</param>
/// <param name="Reason">Null where there is none.</param>
/// <param name="Changed">The members that were corrected; null where none were.</param>
/// <param name="Version">The order's after it.</param>
public sealed record HistoryEntry(int Sequence, string Type, DateTimeOffset OccurredAt, string Actor, string Status, string PaymentStatus,
    string? PreviousStatus, string? Reason, IReadOnlyList<string>? Changed, int Version);

/// <summary>Pieces that a stranger's order holds without money.</summary>
/// <param name="OrderId">The order that holds them.</param>
/// <param name="Number">What people call it.</param>
/// <param name="VariantId">The variant.</param>
/// <param name="Sku">Unique within the store.</param>
/// <param name="ProductName">As it was when the order was placed.</param>
/// <param name="Quantity">Pieces that it holds.</param>
/// <param name="PaymentMethod">One of <see cref="Client.PaymentMethod"/>.</param>
/// <param name="Status">One of <see cref="OrderStatus"/>.</param>
/// <param name="Email">That of the order.</param>
/// <param name="ContactPhone">As the buyer wrote it.</param>
/// <param name="DeliveryAddress">Where the goods go.</param>
/// <param name="ExpirationTime">Until when; null where it does not expire.</param>
/// <param name="CreatedAt">When the order was placed, UTC.</param>
public sealed record UnpaidHold(Guid OrderId, string Number, Guid VariantId, string Sku, string ProductName, long Quantity,
    string PaymentMethod, string Status, string Email, string ContactPhone, DeliveryAddress DeliveryAddress,
    DateTimeOffset? ExpirationTime, DateTimeOffset CreatedAt);

/// <summary>Which unpaid holds of a store are to be released: what matches all that is named. Name one of the four at least.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="OrderIds">Up to 1,000.</param>
/// <param name="VariantId">Those that hold it.</param>
/// <param name="ContactPhone">Those of the phone, in any writing.</param>
/// <param name="Email">Those of the mailbox.</param>
/// <param name="Reason">At most 500 characters.</param>
public sealed record HoldsRelease(Guid StoreId, IReadOnlyList<Guid>? OrderIds = null, Guid? VariantId = null, string? ContactPhone = null,
    string? Email = null, string? Reason = null);

/// <summary>What a release has done.</summary>
/// <param name="Released">How many orders were cancelled.</param>
/// <param name="Kept">Those that were paid or changed since.</param>
/// <param name="HasMore">There are more than 1,000: call it again.</param>
public sealed record HoldsReleased(int Released, IReadOnlyList<KeptHold> Kept, bool HasMore);

/// <summary>An order that was not cancelled.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Code">The code of the refusal.</param>
public sealed record KeptHold(Guid OrderId, string Code);

/// <summary>Counts and sums of orders by the day on which they were placed; behind them by less than a second.</summary>
/// <param name="TotalOrders">How many were placed.</param>
/// <param name="OrdersByStatus">Counts by <see cref="OrderStatus"/>; states without orders are left out.</param>
/// <param name="OrdersByPaymentStatus">Counts by <see cref="PaymentStatus"/>; those without orders are left out.</param>
/// <param name="TotalRevenue">What was paid less what went back, by currency.</param>
/// <param name="AverageOrderValue">The mean total, rounded, by currency.</param>
/// <param name="Series">By day and currency, in this order; days without orders are left out.</param>
public sealed record OrderStatistics(long TotalOrders, IReadOnlyDictionary<string, long> OrdersByStatus,
    IReadOnlyDictionary<string, long> OrdersByPaymentStatus, IReadOnlyList<CurrencyAmount> TotalRevenue,
    IReadOnlyList<CurrencyAmount> AverageOrderValue, IReadOnlyList<DayOfOrders> Series);

/// <summary>An amount in minor units of its currency.</summary>
/// <param name="Currency">An ISO 4217 code such as <c>VND</c>.</param>
/// <param name="Value">Minor units.</param>
public sealed record CurrencyAmount(string Currency, long Value);

/// <summary>The orders of a day in one currency; amounts are minor units.</summary>
/// <param name="Day">Of the store's time zone.</param>
/// <param name="Currency">An ISO 4217 code such as <c>VND</c>.</param>
/// <param name="Orders">How many were placed.</param>
/// <param name="Total">What they cost.</param>
/// <param name="Revenue">What was paid for them less what went back.</param>
public sealed record DayOfOrders(DateOnly Day, string Currency, long Orders, long Total, long Revenue);
