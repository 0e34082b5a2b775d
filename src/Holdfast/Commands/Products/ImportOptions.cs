using Holdfast.Commands.Tables;

namespace Holdfast.Commands.Products;

/// <summary>What somebody has said of an import.</summary>
/// <param name="Store">The store of rows that name none.</param>
/// <param name="DryRun">Nothing is written.</param>
/// <param name="IgnoreUnknown">Columns that are not known are left out instead of refused.</param>
internal sealed record ImportOptions(string? Store = null, bool DryRun = false, bool IgnoreUnknown = false)
{
    public TableOptions Table { get; init; } = new();
}
