namespace Holdfast.Client;

/// <summary>Which order a guest has lost the link of.</summary>
/// <param name="Number">As the shop told it.</param>
/// <param name="Email">With which it was placed.</param>
public sealed record OrderLookup(string Number, string Email);
