
namespace Holdfast.Commands.Products;

/// <summary>What is wrong with a row: nothing of it is imported.</summary>
internal readonly record struct BadField(int Line, string? Column, string Message)
{
    public override string ToString() => Column is null ? $"line {Line}: {Message}" : $"line {Line}, column {Column}: {Message}";
}
