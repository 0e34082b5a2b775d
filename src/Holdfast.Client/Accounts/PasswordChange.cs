
namespace Holdfast.Client;

/// <summary>Another password.</summary>
/// <param name="CurrentPassword">The one until now.</param>
/// <param name="NewPassword">8 to 256 characters, none of those that are tried first.</param>
public sealed record PasswordChange(string CurrentPassword, string NewPassword);
