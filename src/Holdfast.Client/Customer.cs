namespace Holdfast.Client;

/// <summary>Somebody who has ordered, as a guest or with an account.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Role"><c>guest</c> or <c>customer</c>.</param>
/// <param name="Email">By which they are known.</param>
/// <param name="Name">Null where none was given.</param>
/// <param name="CreatedAt">When they ordered or registered first, UTC.</param>
/// <param name="EmailProvedAt">When a mailed link showed that the mailbox is theirs; null: not yet.</param>
/// <param name="Orders">How many orders they have in the stores that the caller works for.</param>
/// <param name="LastOrderAt">Null where there is no such order.</param>
public sealed record Customer(Guid Id, string Role, string Email, string? Name, DateTimeOffset CreatedAt, DateTimeOffset? EmailProvedAt,
    long Orders, DateTimeOffset? LastOrderAt);

/// <summary>A customer with their latest orders and their points.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Role"><c>guest</c> or <c>customer</c>.</param>
/// <param name="Email">By which they are known.</param>
/// <param name="Name">Null where none was given.</param>
/// <param name="CreatedAt">When they ordered or registered first, UTC.</param>
/// <param name="EmailProvedAt">When a mailed link showed that the mailbox is theirs; null: not yet.</param>
/// <param name="Orders">How many orders they have in the stores that the caller works for.</param>
/// <param name="LastOrderAt">Null where there is no such order.</param>
/// <param name="LatestOrders">The last twenty of these orders, the newest first.</param>
/// <param name="Points">What they can spend in each of these stores.</param>
public sealed record CustomerDetails(Guid Id, string Role, string Email, string? Name, DateTimeOffset CreatedAt,
    DateTimeOffset? EmailProvedAt, long Orders, DateTimeOffset? LastOrderAt, IReadOnlyList<CustomerOrder> LatestOrders,
    IReadOnlyList<StorePoints> Points);

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

/// <summary>Points in one store.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="Balance">What can be spent now.</param>
public sealed record StorePoints(Guid StoreId, long Balance);
