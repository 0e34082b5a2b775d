
namespace Holdfast.Platform.Data;

/// <summary>The column types that both databases know.</summary>
public enum ColumnType
{
    Uuid,
    Text,
    Int,
    Long,
    Bool,
    Bytes,
    Time,
}
