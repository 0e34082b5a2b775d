
namespace Holdfast.Commands.Tables;

/// <summary>
/// A record of a table and the line it begins on. <paramref name="Fields"/> is null, and <paramref name="Fault"/> says why, where it cannot
/// be read.
/// </summary>
internal readonly record struct TableRecord(int Line, string[]? Fields, string? Fault)
{
    /// <summary>Which of the fields are cells that hold a number, written with a point; null: all are text.</summary>
    public bool[]? Numbers { get; init; }
}
