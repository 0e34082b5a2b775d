using Holdfast.Identity.Accounts;

namespace Holdfast.Identity.Links;

/// <summary>An account whose mailbox is proved, how many orders have joined it with that, and whether others follow.</summary>
internal sealed record ProofResult(Account Account, int Joined, bool IsMore);
