namespace Holdfast.Commands.Tables.Core;

/// <summary>The character that begins the decimals of a file's numbers.</summary>
internal enum DecimalMark
{
    /// <summary>Nobody said: a number that can be read in two ways is refused.</summary>
    Unsaid,
    Point,
    Comma,
}
