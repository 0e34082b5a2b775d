
namespace Holdfast.Client;

/// <summary>Somebody who can sign in.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Role"><c>customer</c>, <c>staff</c>, <c>service</c> or <c>admin</c>.</param>
/// <param name="Email">By which they sign in.</param>
/// <param name="Name">Null where none was given.</param>
/// <param name="Stores">The stores that staff and services work for; empty for others.</param>
/// <param name="EmailProvedAt">When a mailed link showed that the mailbox is theirs; null: not yet.</param>
public sealed record Account(Guid Id, string Role, string Email, string? Name, IReadOnlyList<Guid> Stores, DateTimeOffset? EmailProvedAt);
