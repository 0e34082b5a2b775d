namespace Holdfast.Commands.Olist.Core;

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
