using System.Text.Json.Serialization;

namespace Holdfast.Client;

/// <summary>Somebody who can sign in.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="Role"><c>customer</c>, <c>staff</c>, <c>service</c> or <c>admin</c>.</param>
/// <param name="Email">By which they sign in.</param>
/// <param name="Name">Null where none was given.</param>
/// <param name="Stores">The stores that staff and services work for; empty for others.</param>
/// <param name="EmailProvedAt">When a mailed link showed that the mailbox is theirs; null: not yet.</param>
public sealed record Account(Guid Id, string Role, string Email, string? Name, IReadOnlyList<Guid> Stores, DateTimeOffset? EmailProvedAt);

/// <summary>What somebody gets who has signed in.</summary>
/// <param name="AccessToken">Give it to <see cref="HoldfastClientOptions.AccessToken"/>.</param>
/// <param name="TokenType"><c>Bearer</c>.</param>
/// <param name="ExpiresIn">How long the access token is good, in seconds.</param>
/// <param name="RefreshToken">Good for one refresh.</param>
/// <param name="RefreshExpiresIn">How long the refresh token is good, in seconds.</param>
/// <param name="DeviceToken">Shows at the next sign-in that the account was signed in here before; gives no rights.</param>
public sealed record SignedIn(string AccessToken, string TokenType, int ExpiresIn, string RefreshToken, int RefreshExpiresIn,
    string DeviceToken);

/// <summary>A new customer's account.</summary>
/// <param name="Email">By which to sign in.</param>
/// <param name="Password">8 to 256 characters, none of those that are tried first.</param>
/// <param name="Name">As others read it; without: none.</param>
public sealed record Registration(string Email, string Password, string? Name = null);

/// <summary>What somebody signs in with.</summary>
/// <param name="Email">Of the account.</param>
/// <param name="Password">Of the account.</param>
/// <param name="DeviceToken">Of an earlier sign-in here: keeps others' failures from locking the owner out.</param>
public sealed record Credentials(string Email, string Password, string? DeviceToken = null);

/// <summary>The token of a session.</summary>
/// <param name="RefreshToken">The last one that was given.</param>
public sealed record RefreshRequest(string RefreshToken);

/// <summary>What an account is called.</summary>
/// <param name="Name">Null removes the name.</param>
public sealed record AccountName([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Name);

/// <summary>Another email of the account.</summary>
/// <param name="Email">To which the link is mailed.</param>
/// <param name="Password">The present one.</param>
public sealed record EmailChange(string Email, string Password);

/// <summary>The token of a mailed link; good once and for an hour.</summary>
/// <param name="Token">As the link has it.</param>
public sealed record MailedToken(string Token);

/// <summary>A mailbox that is proved.</summary>
/// <param name="Email">The account's.</param>
/// <param name="JoinedOrders">How many orders of a guest with this email have joined the account by now; others may follow.</param>
public sealed record EmailProved(string Email, int JoinedOrders);

/// <summary>The password of whoever is signed in.</summary>
/// <param name="Password">Without: the account is of another issuer and has none.</param>
public sealed record PasswordProof(string? Password = null);

/// <summary>Another password.</summary>
/// <param name="CurrentPassword">The one until now.</param>
/// <param name="NewPassword">8 to 256 characters, none of those that are tried first.</param>
public sealed record PasswordChange(string CurrentPassword, string NewPassword);

/// <summary>Whose password is forgotten.</summary>
/// <param name="Email">Of the account.</param>
public sealed record ForgottenPassword(string Email);

/// <summary>A new password, with the token of a mailed link.</summary>
/// <param name="Token">As the link has it.</param>
/// <param name="Password">8 to 256 characters, none of those that are tried first.</param>
public sealed record PasswordReset(string Token, string Password);
