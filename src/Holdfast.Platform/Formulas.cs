namespace Holdfast.Platform;

/// <summary>
/// Texts that a spreadsheet would take for a formula (OWASP, CSV injection): in files they get an apostrophe in front, which <see
/// cref="Unescape"/> takes away, so that what is exported is imported as it was. Numbers are never escaped: <c>-5</c> stays one.
/// </summary>
public static class Formulas
{
    // The full-width forms count, because spreadsheets of East Asia take them for the narrow ones; '|' begins a DDE call.
    private const string Starts = "=+-@|\t\r\n\uFF1D\uFF0B\uFF0D\uFF20\uFF5C";

    /// <summary>The text as a cell of a file.</summary>
    public static string Escape(string text) => IsFormula(text) ? $"'{text}" : text;

    /// <summary>The text of a cell, the inverse of <see cref="Escape"/>.</summary>
    public static string Unescape(string cell) => cell.StartsWith('\'') && IsFormula(cell) ? cell[1..] : cell;

    // Apostrophes that were there already are counted in, or two texts would have one cell.
    private static bool IsFormula(string text) => text.AsSpan().TrimStart('\'') is { IsEmpty: false } rest
        && Starts.Contains(rest[0], StringComparison.Ordinal);
}
