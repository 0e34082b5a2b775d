
namespace Holdfast.Client;

/// <summary>What somebody signs in with.</summary>
/// <param name="Email">Of the account.</param>
/// <param name="Password">Of the account.</param>
/// <param name="DeviceToken">The device token of an earlier sign-in here: keeps others' failures from locking the owner out.</param>
public sealed record Credentials(string Email, string Password, string? DeviceToken = null);
