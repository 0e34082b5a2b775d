
namespace Holdfast.Client;

/// <summary>The password of whoever is signed in.</summary>
/// <param name="Password">Without: the account is of another issuer and has none.</param>
public sealed record PasswordProof(string? Password = null);
