using System.Diagnostics.CodeAnalysis;
using Holdfast.Identity.Core;

namespace Holdfast.Orders.Core;

/// <summary>An order. Immutable; a transition makes the next one.</summary>
public sealed record Order : OrderDetails
{
    public Order()
    {
    }

    /// <summary>An order with the details that were given for it. The caller sets all else.</summary>
    [SetsRequiredMembers]
    public Order(OrderDetails given) : base(given) => (Number, CustomerEmail, Currency, LocalDate, BuyerKeys) = ("", "", "", "", []);

    public required Guid Id { get; init; }
    public required string Number { get; init; }
    public required Guid StoreId { get; init; }
    public required Guid CustomerId { get; init; }
    public required bool IsGuest { get; init; }
    public required string CustomerEmail { get; init; }
    public string? CustomerName { get; init; }

    /// <summary>
    /// The buyer's keys, under which the order counts against purchase limits. Orders from before there were such keys have the normalised
    /// email. The keys stay when staff correct the email.
    /// </summary>
    public required IReadOnlyList<string> BuyerKeys
    {
        get => field.Count > 0 ? field : [Emails.Key(CustomerEmail) ?? CustomerEmail.Trim().ToLowerInvariant()];
        init;
    }

    /// <summary>The buyer's key for the limits of a discount code.</summary>
    public string BuyerKey => BuyerKeys[0];

    /// <summary>The key of the phone, under which a code counts as well; null: none.</summary>
    public string? PhoneKey => Orders.Core.BuyerKeys.PhoneAmong(BuyerKeys);

    /// <summary>The buyer's hashes: only written, when the order is placed; null if unpaid orders are not limited.</summary>
    public BuyerHashes? Buyer { get; init; }

    /// <summary>The address it was placed from; only written, as a hash.</summary>
    public string? Client { get; init; }

    /// <summary>
    /// Somebody of the shop has confirmed it in this change, or the link in a mail to its buyer has. Neither is read; see
    /// <see cref="OrderAggregate"/>.
    /// </summary>
    public bool IsVouchedFor { get; init; }

    public bool IsMailboxProved { get; init; }
    public required OrderStatus Status { get; init; }
    public required PaymentMethod PaymentMethod { get; init; }
    public required string Currency { get; init; }
    public required IReadOnlyList<OrderLine> Lines { get; init; } = [];

    /// <summary>Minor units, as all amounts.</summary>
    public required long Subtotal { get; init; }
    public Guid? DiscountId { get; init; }
    public string? DiscountCode { get; init; }

    /// <summary>The sum that its codes take off.</summary>
    public long DiscountAmount { get; init; }

    /// <summary>The second code, and its part of the discount.</summary>
    public Guid? SecondDiscountId { get; init; }
    public string? SecondDiscountCode { get; init; }
    public long SecondDiscountAmount { get; init; }
    public long ShippingFee { get; init; }

    /// <summary>The tax on the lines and on shipping.</summary>
    public long TaxAmount { get; init; }
    public long ShippingTax { get; init; }

    /// <summary>The tax is in the prices; otherwise the total has it on top.</summary>
    public bool TaxIncluded { get; init; }

    /// <summary>Points that paid for a part, and how much. They stay on the order when they are given back.</summary>
    public long RedeemedPoints { get; init; }
    public long PointsDiscountPrice { get; init; }

    /// <summary>Points that its delivery has brought the buyer, less those taken back for what was returned.</summary>
    public long EarnedPoints { get; init; }

    /// <summary>
    /// The total as the order was placed: it never changes. The part of it that the buyer has to pay is <see cref="Cost"/>.
    /// </summary>
    public required long Total { get; init; }

    /// <summary>The part of the total that belongs to pieces that were cancelled or came back undelivered. It is not to be paid.</summary>
    public long CancelledAmount { get; init; }

    /// <summary>Redeemed points that were given back for those pieces.</summary>
    public long CancelledPoints { get; init; }
    public long AmountPaid { get; init; }

    /// <summary>A payment was tried and has failed; says something only while nothing is paid.</summary>
    public bool PaymentFailed { get; init; }
    public long AmountRefunded { get; init; }
    public long RefundDue { get; init; }

    /// <summary>The language in which its buyer is told about it: <c>vi</c> or <c>en</c>.</summary>
    public string Locale { get; init; } = "en";

    /// <summary>When the time to pay ends; null if it is not limited.</summary>
    public long? DurationSeconds { get; init; }
    public DateTime? ExpiresAt { get; init; }

    /// <summary>The day it was placed, in the store's time zone: yyyy-MM-dd.</summary>
    public required string LocalDate { get; init; }
    public required DateTime CreatedAt { get; init; }
    public required DateTime UpdatedAt { get; init; }
    public DateTime? DeletedAt { get; init; }

    /// <summary>The owner has hidden it from lists.</summary>
    public bool Hidden { get; init; }
    public required int Version { get; init; }
    public int EventSequence { get; init; }

    /// <summary>How often its buyer has changed it.</summary>
    public int Edits { get; init; }
    public IReadOnlyList<Fulfilment> Fulfilments { get; init; } = [];

    /// <summary>Its codes, in the order in which they were applied, and what each takes off.</summary>
    public IEnumerable<(Guid Id, string Code, long Amount)> Discounts
    {
        get
        {
            if (DiscountId is { } first)
            {
                yield return (first, DiscountCode!, DiscountAmount - SecondDiscountAmount);
            }

            if (SecondDiscountId is { } second)
            {
                yield return (second, SecondDiscountCode!, SecondDiscountAmount);
            }
        }
    }

    /// <summary>What the buyer pays for what is left of the order.</summary>
    public long Cost => Total - CancelledAmount;

    /// <summary>
    /// Whether it is paid. An order that costs nothing is paid from the start; an order whose goods all came back undelivered is as unpaid
    /// as it was.
    /// </summary>
    public PaymentStatus PaymentStatus =>
        AmountRefunded > 0 ? (AmountRefunded >= AmountPaid ? PaymentStatus.Refunded : PaymentStatus.PartiallyRefunded)
        : AmountPaid >= Cost && (AmountPaid > 0 || Total == 0 || Status != OrderStatus.Returned) ? PaymentStatus.Paid
        : AmountPaid > 0 ? PaymentStatus.PartiallyPaid
        : PaymentFailed ? PaymentStatus.Failed
        : PaymentStatus.Unpaid;

    /// <summary>The pieces that have not left the order: what it counts against its buyer while it is unpaid.</summary>
    public long Quantity => Lines.Sum(l => l.Live);

    /// <summary>The buyer's account was closed: there is no address any more, and nobody to tell.</summary>
    public bool IsOfClosedAccount => Emails.IsOfClosed(CustomerEmail);

    /// <summary>
    /// The part of the buyer's money that pays for kept goods: lines less their discount and what was returned, less the points. Minor
    /// units.
    /// </summary>
    public long GoodsKept
    {
        get
        {
            var goods = Lines.Sum(l => l.LineTotal - l.Discount);
            var kept = Lines.Sum(l => (long)((Int128)(l.LineTotal - l.Discount) * (l.Live - l.Returned) / l.Quantity));
            return goods == 0 ? 0 : Math.Max(0, kept - (long)((Int128)PointsDiscountPrice * kept / goods));
        }
    }

    /// <summary>The money that stays with the shop: captured, neither refunded nor due back.</summary>
    public long Kept => AmountPaid - AmountRefunded - RefundDue;

    public bool IsOverdue(DateTime now) => Status == OrderStatus.Pending && ExpiresAt is { } expires && expires <= now;

    /// <summary>Whether it holds stock.</summary>
    public bool HoldsStock => Status is OrderStatus.Pending or OrderStatus.Confirmed or OrderStatus.PartiallyShipped;

    /// <summary>Whether nothing more will happen to it without somebody's doing.</summary>
    public bool HasEnded => Status is OrderStatus.Cancelled or OrderStatus.Expired or OrderStatus.Delivered or OrderStatus.Returned;
}
