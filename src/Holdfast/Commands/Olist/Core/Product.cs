namespace Holdfast.Commands.Olist.Core;

/// <summary>A row of the products' file; the source has no names.</summary>
internal sealed record Product(string Id, string? Category);
