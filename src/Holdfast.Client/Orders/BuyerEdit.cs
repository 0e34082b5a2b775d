namespace Holdfast.Client;

/// <summary>What is to be corrected of a buyer; what is null stays.</summary>
/// <param name="Email">The right one.</param>
/// <param name="Name">The right one.</param>
public sealed record BuyerEdit(string? Email = null, string? Name = null);
