
namespace Holdfast.Client;

/// <summary>Another email of the account.</summary>
/// <param name="Email">To which the link is mailed.</param>
/// <param name="Password">The present one.</param>
public sealed record EmailChange(string Email, string Password);
