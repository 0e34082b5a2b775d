namespace Holdfast.Commands.Olist.Core;

/// <summary>One variant per (product, seller, price). <c>Needed</c>: the units that the orders of the data set take.</summary>
internal sealed record VariantPlan(string ProductId, string SellerId, long Price, long Needed)
{
    /// <summary>By which the variant is found again in the engine.</summary>
    public string ExternalId => $"{ProductId}:{SellerId}:{Price}";
}

/// <summary>A line of an order to place: the variant's external id and how many.</summary>
internal sealed record LinePlan(string Variant, long Quantity);

/// <summary>A payment to record: the part of a recorded one that is for this seller.</summary>
internal sealed record PaymentPlan(int Sequence, string Type, int Installments, long Amount);

/// <summary>
/// An order to place: the part of a recorded order that one seller sold. Amounts in centavos: <c>Subtotal</c> of the items, <c>Freight</c>
/// that is charged, <c>Voucher</c> that a discount code takes off the items. <c>Payments</c> is empty where nothing was paid; <c>Target</c>
/// is the engine's status that it ends with.
/// </summary>
internal sealed record SellerOrder(
    Order Order,
    Customer Customer,
    string SellerId,
    IReadOnlyList<LinePlan> Lines,
    long Subtotal,
    long Freight,
    long Voucher,
    IReadOnlyList<PaymentPlan> Payments,
    string PaymentMethod,
    string Target)
{
    /// <summary>Names the order in idempotency keys and transaction ids; the same in every run.</summary>
    public string Key => $"olist:{Order.Id}:{SellerId}";

    /// <summary>What the engine's total must come to.</summary>
    public long Total => Subtotal + Freight - Voucher;

    /// <summary>The code of the voucher; null without one. Good in the seller's store, once.</summary>
    public string? Code => Voucher > 0 ? $"V-{Order.Id}" : null;

    public long Paid => Payments.Sum(p => p.Amount);
}

/// <summary>What a folder of the data set comes to: stores, variants, stock and orders, and what is particular about them.</summary>
internal sealed record OlistPlan(
    IReadOnlyList<Seller> Stores,
    IReadOnlyList<VariantPlan> Variants,
    IReadOnlyList<SellerOrder> Orders,
    OlistCounts Counts);

/// <summary>Figures of the data set that are told, not hidden. Amounts in centavos.</summary>
internal sealed record OlistCounts
{
    /// <summary>Orders in the file, good rows and bad.</summary>
    public int Orders { get; init; }

    /// <summary>Orders that have no item: nothing to place.</summary>
    public int WithoutItems { get; init; }

    public IReadOnlyDictionary<RecordedStatus, int> WithoutItemsByStatus { get; init; } = new Dictionary<RecordedStatus, int>();

    /// <summary>Orders left out because one of their rows is bad.</summary>
    public int Spoiled { get; init; }

    /// <summary>Orders whose items come from several sellers.</summary>
    public int OfSeveralSellers { get; init; }

    /// <summary>Orders with an item whose product is sold at several prices.</summary>
    public int TouchingSeveralPrices { get; init; }

    /// <summary>Orders with items whose payments are not items and freight to the cent.</summary>
    public int PaymentsDiffer { get; init; }

    /// <summary>Of these, what was paid above items and freight (interest of instalments, rounding).</summary>
    public long PaidAbove { get; init; }

    /// <summary>Of these, what was paid below items and freight; the freight is charged so much lower.</summary>
    public long PaidBelow { get; init; }

    /// <summary>Orders whose payments do not even cover their items: they cannot be confirmed and end pending or expired.</summary>
    public int ItemsNotCovered { get; init; }

    /// <summary>Payments of 0, which are not recorded.</summary>
    public int PaymentsOfZero { get; init; }

    /// <summary>Paid and then cancelled: the engine keeps the amount as refund due.</summary>
    public int CancelledAfterPayment { get; init; }

    public long Items { get; init; }

    public long Freight { get; init; }

    public long Payments { get; init; }

    /// <summary>Orders, as they are placed, of which a voucher paid a part.</summary>
    public int Vouchers { get; init; }

    /// <summary>What vouchers paid for items: taken off by discount codes.</summary>
    public long VoucherCodes { get; init; }

    /// <summary>What vouchers paid beyond the items, for freight: recorded as payments.</summary>
    public long VoucherPayments { get; init; }
}
