using System.Text.RegularExpressions;

namespace Holdfast.Tests.Tidy;

/// <summary>There is one reader of times and days that people write: Times.</summary>
public sealed partial class TimeReadingTests
{
    /// <summary>Files that read times, and whose.</summary>
    private static readonly Dictionary<string, string> Readers = new()
    {
        ["src/Holdfast.Platform/Times.cs"] = "the reader",
        ["src/Holdfast/Commands/Olist/OlistRow.cs"] = "the columns of one public data set",
        ["src/Holdfast.Inventory/Endpoints/ListStockAlerts.cs"] = "what its own cursors hold",
    };

    [Fact]
    public void Times_are_read_in_one_place()
    {
        Tidy.Holds(Reads, Repository.Product.Where(f => !Readers.ContainsKey(f.Path)));
        Assert.All(Readers.Keys, path => Assert.NotEmpty(Reads(Repository.Product.Single(f => f.Path == path))));
    }

    [Fact]
    public void Another_reader_can_be_found()
    {
        Tidy.Finds(Reads, "src/X.cs", "var day = DateOnly.ParseExact(text, format);", "DateTime.TryParse(text, out var time)",
            "var t = DateTimeOffset.Parse(text);", "TimeOnly.TryParseExact(a, b, out _);");
        Tidy.Passes(Reads, "src/X.cs", "var day = Times.Read(text);", "Times.IsDay(text)", "DateTime.MinValue",
            "Guid.TryParse(text, out _)");
    }

    private static IEnumerable<Finding> Reads(SourceFile file) =>
        file.Lines.Where(l => Reading().IsMatch(l.Line)).Select(l => new Finding(file.Path, l.Number, "reads a time itself"));

    [GeneratedRegex(@"\b(DateTime|DateTimeOffset|DateOnly|TimeOnly)\.(Try)?Parse")]
    private static partial Regex Reading();
}
