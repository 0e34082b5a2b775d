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
