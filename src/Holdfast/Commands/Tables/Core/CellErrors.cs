namespace Holdfast.Commands.Tables.Core;

/// <summary>What spreadsheets show in a cell, and write into a CSV file, where a formula has failed.</summary>
internal static class CellErrors
{
    /// <summary>
    /// Whether the text is one, in whatever language: <c>#N/A</c>, <c>#NV</c>, <c>#REF!</c>, <c>#NAME?</c>, <c>#DIV/0!</c>; LibreOffice has
    /// <c>Err:502</c>, too.
    /// </summary>
    public static bool Is(string text) => text switch
    {
        "#N/A" or "#NV" or "#GETTING_DATA" => true,
        ['#', >= 'A' and <= 'Z', .. var name, '!' or '?'] =>
            name.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '/' or '_'),
        ['E', 'r', 'r', ':', .. { Length: 3 } number] => number.All(char.IsAsciiDigit),
        _ => false,
    };
}
