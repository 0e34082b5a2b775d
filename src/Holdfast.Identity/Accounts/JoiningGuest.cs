namespace Holdfast.Identity.Accounts;

/// <summary>A guest whose orders become an account's, because the account has proved the guest's mailbox.</summary>
/// <param name="Id">The guest's.</param>
/// <param name="Actor">Who has proved it, as <see cref="Account.Actor"/> says it.</param>
public sealed record JoiningGuest(Guid Id, Guid AccountId, string Actor);
