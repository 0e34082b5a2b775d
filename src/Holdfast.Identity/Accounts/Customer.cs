using Holdfast.Identity.Core;

namespace Holdfast.Identity.Accounts;

/// <summary>Somebody who orders.</summary>
/// <param name="EmailKey">The email as <see cref="Emails.Key"/> makes it; unique among guests, and separately among accounts.</param>
public sealed record Customer(Guid Id, string EmailKey, string Email, string? Name);
