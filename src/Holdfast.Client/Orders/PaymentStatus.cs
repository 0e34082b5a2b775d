namespace Holdfast.Client;

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
