namespace Holdfast.Client;

/// <summary>The rate of a category of goods, in percent.</summary>
/// <param name="Category">As products name it, however it is written.</param>
/// <param name="Rate">0 to 100.</param>
public sealed record CategoryTax(string Category, decimal Rate);
