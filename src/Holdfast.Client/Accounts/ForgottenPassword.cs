
namespace Holdfast.Client;

/// <summary>Whose password is forgotten.</summary>
/// <param name="Email">Of the account.</param>
public sealed record ForgottenPassword(string Email);
