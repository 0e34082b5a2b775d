
namespace Holdfast.Client;

/// <summary>A mailbox that is proved.</summary>
/// <param name="Email">The account's.</param>
/// <param name="JoinedOrders">How many orders of a guest with this email have joined the account by now; others may follow.</param>
public sealed record EmailProved(string Email, int JoinedOrders);
