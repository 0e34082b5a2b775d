namespace Holdfast.Loyalty.Core;

/// <summary>Why points moved; the names are stored and served.</summary>
public static class PointsReasons
{
    /// <summary>An order was delivered.</summary>
    public const string Earned = "earned";

    /// <summary>Spent on an order.</summary>
    public const string Redeemed = "redeemed";

    /// <summary>Spent again on an order that had expired and was then paid.</summary>
    public const string LatePayment = "late_payment";

    /// <summary>Given back: the order was cancelled.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Given back: the order expired.</summary>
    public const string Expired = "expired";

    /// <summary>Given back: a part of the order was cancelled, and it went on.</summary>
    public const string LinesCancelled = "lines_cancelled";

    /// <summary>Given back: goods of the order came back undelivered.</summary>
    public const string Undelivered = "undelivered";

    /// <summary>Taken back: goods of the order that earned them were returned.</summary>
    public const string Returned = "returned";

    /// <summary>Their time was over.</summary>
    public const string Lapsed = "lapsed";

    /// <summary>Given or taken by staff.</summary>
    public const string Adjusted = "adjusted";
}
