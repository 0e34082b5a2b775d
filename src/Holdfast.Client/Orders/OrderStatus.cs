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
