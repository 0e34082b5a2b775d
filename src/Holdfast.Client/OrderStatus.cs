namespace Holdfast.Client;

/// <summary>The states of an order. A later release may add one.</summary>
public static class OrderStatus
{
    /// <summary>The goods are reserved and the money, or the buyer's word, is waited for.</summary>
    public const string Pending = "pending";

    /// <summary>It is paid, due on delivery, or vouched for by staff.</summary>
    public const string Confirmed = "confirmed";

    /// <summary>Some of its goods are out.</summary>
    public const string PartiallyShipped = "partially_shipped";

    /// <summary>All of its goods are out.</summary>
    public const string Shipped = "shipped";

    /// <summary>The buyer has the goods.</summary>
    public const string Delivered = "delivered";

    /// <summary>All of its goods have come back.</summary>
    public const string Returned = "returned";

    /// <summary>Somebody cancelled it.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Nobody paid in time; late money may confirm it.</summary>
    public const string Expired = "expired";
}

/// <summary>How far an order is paid. A later release may add a word.</summary>
public static class PaymentStatus
{
    /// <summary>Nothing has come.</summary>
    public const string Unpaid = "unpaid";

    /// <summary>Less has come than the order costs.</summary>
    public const string PartiallyPaid = "partially_paid";

    /// <summary>The money is set aside at the provider.</summary>
    public const string Authorized = "authorized";

    /// <summary>All of it has come.</summary>
    public const string Paid = "paid";

    /// <summary>Some of it has gone back.</summary>
    public const string PartiallyRefunded = "partially_refunded";

    /// <summary>All of it has gone back.</summary>
    public const string Refunded = "refunded";

    /// <summary>The last try failed; the order can still be paid.</summary>
    public const string Failed = "failed";
}
