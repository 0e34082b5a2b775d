namespace Holdfast.Client;

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
