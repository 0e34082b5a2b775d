
namespace Holdfast.Catalog.Core;

/// <summary>The rate of a category of goods, in percent.</summary>
public sealed record CategoryTax(string Category, decimal Rate);
