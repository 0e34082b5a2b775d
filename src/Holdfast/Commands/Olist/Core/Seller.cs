namespace Holdfast.Commands.Olist.Core;

/// <summary>A row of the sellers' file.</summary>
internal sealed record Seller(string Id, string City, string State);
