
namespace Holdfast.Inventory.Core;

/// <summary>Why stock moved; the names are stored.</summary>
public static class StockReasons
{
    public const string Placed = "placed";
    public const string Cancelled = "cancelled";
    public const string Expired = "expired";
    public const string LatePayment = "late_payment";
    public const string Shipped = "shipped";
    public const string Returned = "returned";
    public const string Receipt = "receipt";
    public const string Adjustment = "adjustment";
    public const string Reserved = "reserved";
    public const string Released = "released";
    public const string Committed = "committed";
    public const string Consumed = "consumed";
}
