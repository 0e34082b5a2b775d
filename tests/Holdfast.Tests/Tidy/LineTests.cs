using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Tests.Tidy;

/// <summary>A line can be read without scrolling.</summary>
public sealed class LineTests
{
    private const int Columns = 140;

    [Fact]
    public void Lines_of_code_are_short() => Tidy.Holds(LongLine, Repository.CSharp);

    [Fact]
    public void Lines_of_pages_are_short() =>
        Tidy.Holds(LongLineOfPage, Repository.Files.Where(f => f.Path.EndsWith(".md", StringComparison.Ordinal)));

    [Fact]
    public void The_rules_can_fail()
    {
        var text = new string('x', Columns);
        Tidy.Finds(LongLine, "src/X.cs", $"// {text}", $"class X {{ string Y = \"{text}\"; }}");
        Tidy.Passes(LongLine, "src/X.cs", $"//{text[2..]}", $"class X {{ string Y = \"\"\"\n{text}{text}\n\"\"\"; }}");
        Tidy.Finds(LongLineOfPage, "docs/x.md", $"{text} {text}");
        Tidy.Passes(LongLineOfPage, "docs/x.md", text, $"| {text} |", $"```\n{text}{text}\n```\n{text}");
    }

    private static IEnumerable<Finding> LongLine(SourceFile file)
    {
        var wide = file.Lines.Where(l => l.Line.Length > Columns).Select(l => l.Number).ToList();
        return wide.Count == 0 ? [] : wide.Except(RawText(file.Root)).Select(n => new Finding(file.Path, n, Told));
    }

    /// <summary>Lines of raw literals: what is in them is somebody else's form, such as JSON, CSV or HTML.</summary>
    private static IEnumerable<int> RawText(SyntaxNode root) =>
        root.DescendantTokens()
            .Where(t => t.IsKind(SyntaxKind.MultiLineRawStringLiteralToken) || t.IsKind(SyntaxKind.SingleLineRawStringLiteralToken))
            .Select(t => t.GetLocation())
            .Concat(root.DescendantNodes().OfType<InterpolatedStringExpressionSyntax>()
                .Where(i => i.StringStartToken.Text.Contains("\"\"\"", StringComparison.Ordinal)).Select(i => i.GetLocation()))
            .Select(l => l.GetLineSpan())
            .SelectMany(s => Enumerable.Range(s.StartLinePosition.Line + 1, s.EndLinePosition.Line - s.StartLinePosition.Line + 1));

    /// <summary>Rows of tables and what stands in a block of code cannot be broken.</summary>
    private static IEnumerable<Finding> LongLineOfPage(SourceFile file)
    {
        var isCode = false;
        foreach (var (line, number) in file.Lines)
        {
            isCode ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!isCode && line.Length > Columns && !line.StartsWith('|'))
            {
                yield return new Finding(file.Path, number, Told);
            }
        }
    }

    private static string Told => $"is longer than {Columns} columns";
}
