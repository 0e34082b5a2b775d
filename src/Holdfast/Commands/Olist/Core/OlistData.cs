namespace Holdfast.Commands.Olist.Core;

/// <summary>
/// The six files as read. <c>Spoiled</c>: orders of which a row is bad; they are left out whole, since half an order is none.
/// </summary>
internal sealed record OlistData(
    IReadOnlyDictionary<string, Seller> Sellers,
    IReadOnlyDictionary<string, Product> Products,
    IReadOnlyDictionary<string, Customer> Customers,
    IReadOnlyList<Order> Orders,
    IReadOnlyList<Item> Items,
    IReadOnlyList<Payment> Payments,
    IReadOnlySet<string> Spoiled,
    IReadOnlyList<BadRow> BadRows);
