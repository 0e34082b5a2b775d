
namespace Holdfast.Orders.Core;

/// <summary>Enums as they are stored and served.</summary>
public static class Names
{
    private static readonly string[] Statuses = ["pending", "confirmed", "partially_shipped", "shipped", "delivered", "returned",
        "cancelled", "expired"];
    private static readonly string[] Payments = ["unpaid", "partially_paid", "authorized", "paid", "partially_refunded", "refunded",
        "failed"];
    private static readonly string[] Methods = ["online", "bank_transfer", "cash_on_delivery"];

    public static IReadOnlyList<string> OrderStatuses => Statuses;

    public static IReadOnlyList<string> PaymentStatuses => Payments;

    public static IReadOnlyList<string> PaymentMethods => Methods;

    public static string Of(OrderStatus status) => Statuses[(int)status];

    public static string Of(PaymentStatus status) => Payments[(int)status];

    public static string Of(PaymentMethod method) => Methods[(int)method];

    public static OrderStatus Status(string name) => (OrderStatus)Index(Statuses, name);

    public static PaymentMethod Method(string name) => (PaymentMethod)Index(Methods, name);

    private static int Index(string[] names, string name)
    {
        var index = Array.IndexOf(names, name);
        return index >= 0 ? index : throw new ArgumentOutOfRangeException(nameof(name), name, "is not a name that is stored");
    }
}
