namespace Holdfast.Client;

/// <summary>The buyer of an order.</summary>
/// <param name="Email">To which the buyer is told about the order.</param>
/// <param name="Name">Null where none was given.</param>
public sealed record Buyer(string Email, string? Name = null);
