
namespace Holdfast.Platform.Data;

/// <summary>A column of a <see cref="RowSet"/>.</summary>
public readonly record struct Column(string Name, ColumnType Type);
