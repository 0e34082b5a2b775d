namespace Holdfast.Client;

/// <summary>An order of a customer, in short.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Number">What people call it.</param>
/// <param name="StoreId">The store that it is of.</param>
/// <param name="Status">One of <see cref="OrderStatus"/>.</param>
/// <param name="PaymentStatus">One of <see cref="Client.PaymentStatus"/>.</param>
/// <param name="Total">Minor units of <paramref name="Currency"/>.</param>
/// <param name="Currency">An ISO 4217 code such as <c>VND</c>.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
public sealed record CustomerOrder(Guid Id, string Number, Guid StoreId, string Status, string PaymentStatus, long Total, string Currency,
    DateTimeOffset CreatedAt);
