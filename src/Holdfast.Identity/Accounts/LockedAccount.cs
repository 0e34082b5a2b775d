
namespace Holdfast.Identity.Accounts;

/// <summary>An account as an order finds it.</summary>
/// <param name="ProvedEmail">Its normalised email, where a mailed link has shown that the mailbox is its own; else null.</param>
public sealed record LockedAccount(Guid Id, bool IsClosed, string? ProvedEmail);
