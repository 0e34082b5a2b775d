
namespace Holdfast.Client;

/// <summary>A new password, with the token of a mailed link.</summary>
/// <param name="Token">As the link has it.</param>
/// <param name="Password">8 to 256 characters, none of those that are tried first.</param>
public sealed record PasswordReset(string Token, string Password);
