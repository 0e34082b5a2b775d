
namespace Holdfast.Catalog.Core;

/// <summary>What a row did to its variant.</summary>
public enum RowEffect
{
    Created,
    Changed,
    Unchanged,
}
