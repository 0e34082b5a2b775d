namespace Holdfast.Commands.Olist.Core;

/// <summary>A row that cannot be used, by its line (the header is line 1) and column.</summary>
internal sealed record BadRow(string File, int Line, string Column, string Message)
{
    public override string ToString() => $"{File} line {Line}, column {Column}: {Message}";
}
