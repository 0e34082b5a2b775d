namespace Holdfast.Commands.Olist.Core;

/// <summary>A row of the sellers' file.</summary>
internal sealed record Seller(string Id, string City, string State);

/// <summary>A row of the products' file; the source has no names.</summary>
internal sealed record Product(string Id, string? Category);

/// <summary>A row of the customers' file. One person (<c>UniqueId</c>) has a customer id per order.</summary>
internal sealed record Customer(string Id, string UniqueId, string PostalCode, string City, string State);

/// <summary>A row of the orders' file. Times are kept as the source has them, without a zone.</summary>
internal sealed record Order(string Id, string CustomerId, RecordedStatus Status, DateTime PurchasedAt, bool Approved);

/// <summary>A row of the items' file: one unit. Amounts in centavos.</summary>
internal sealed record Item(string OrderId, int Number, string ProductId, string SellerId, long Price, long Freight);

/// <summary>A row of the payments' file. The value is in centavos; 0 occurs.</summary>
internal sealed record Payment(string OrderId, int Sequence, string Type, int Installments, long Value);

/// <summary>A row that cannot be used, by its line (the header is line 1) and column.</summary>
internal sealed record BadRow(string File, int Line, string Column, string Message)
{
    public override string ToString() => $"{File} line {Line}, column {Column}: {Message}";
}

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
