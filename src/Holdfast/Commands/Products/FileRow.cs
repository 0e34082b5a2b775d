using Holdfast.Catalog.Core;

namespace Holdfast.Commands.Products;

/// <summary>A row that can be read without others.</summary>
/// <param name="Price">As <see cref="Money.Parse"/> takes it, or as written where it is not a number: how many decimals it may have is said
/// by the store's currency.</param>
/// <param name="Quantity">Pieces to receive, once per variant and reference.</param>
internal sealed record FileRow(int Line, string Store, string Price, ProductRow Product, int? Quantity, string Reference);
