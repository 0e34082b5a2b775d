namespace Holdfast.Client;

/// <summary>Who buys.</summary>
/// <param name="Email">To which the buyer is told about the order.</param>
/// <param name="Name">Null where none was given.</param>
public sealed record Buyer(string Email, string? Name = null);
