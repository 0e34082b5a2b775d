
namespace Holdfast.Client;

/// <summary>A new customer's account.</summary>
/// <param name="Email">By which to sign in.</param>
/// <param name="Password">8 to 256 characters, none of those that are tried first.</param>
/// <param name="Name">As others read it; without: none.</param>
public sealed record Registration(string Email, string Password, string? Name = null);
