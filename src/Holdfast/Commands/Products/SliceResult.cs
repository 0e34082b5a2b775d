using Holdfast.Catalog.Core;

namespace Holdfast.Commands.Products;

/// <summary>What became of some rows.</summary>
/// <param name="Faults">Rows of which nothing was taken.</param>
/// <param name="Differing">Receipts that are booked with another quantity.</param>
internal sealed record SliceResult(int Rows, int Products, List<RowEffect> Effects, List<BadField> Faults, int Receipts,
    List<BadField> Differing);
