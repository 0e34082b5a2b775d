using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Tests.Tidy;

/// <summary>A file and a function fit in a head.</summary>
public sealed class SizeTests
{
    private const int FileLines = 300;

    // The tests of one class stay together.
    private const int FileLinesOfTests = 340;
    private const int FunctionLines = 60;

    /// <summary>What may be longer, and why.</summary>
    private static readonly Dictionary<string, string> Exceptions = [];

    [Fact]
    public void Files_are_short() => Tidy.Holds(LongFile, Repository.CSharp);

    [Fact]
    public void Functions_are_short() => Tidy.Holds(LongFunctions, Repository.CSharp);

    [Fact]
    public void Exceptions_are_needed_still() => Assert.All(Exceptions, e =>
    {
        var file = Assert.Single(Repository.CSharp, f => f.Path == e.Key);
        Assert.True(Count(file.Text) > FileLines || LongFunctionsOf(file).Any(), $"{e.Key} is short now");
        Assert.True(e.Value.Length > 20, $"{e.Key}: say why");
    });

    [Fact]
    public void The_rules_can_fail()
    {
        Tidy.Finds(LongFile, "src/X.cs", string.Concat(Enumerable.Repeat("//\n", FileLines + 1)));
        Tidy.Passes(LongFile, "src/X.cs", string.Concat(Enumerable.Repeat("//\n", FileLines)));
        var body = string.Concat(Enumerable.Repeat(";\n", FunctionLines - 3));
        Tidy.Finds(LongFunctions, "src/X.cs",
            $"class X {{\nvoid F()\n{{\n{body};\n}} }}", $"class X {{\nX()\n{{\n{body};\n}} }}",
            $"class X {{\nint P\n{{\nget\n{{\n{body}return 1;\n}} }} }}",
            $"class X {{ int[] A = [\n1,\n]; System.Action F = () =>\n{{\n{body};\n}}; }}");
        Tidy.Passes(LongFunctions, "src/X.cs", $"class X {{\nvoid F()\n{{\n{body}}} }}",
            $"class X {{\nvoid F()\n{{\n{body}}}\nvoid G()\n{{\n{body}}} }}");
    }

    private static IEnumerable<Finding> LongFile(SourceFile file) =>
        Exceptions.ContainsKey(file.Path) || Count(file.Text) <= Allowed(file) ? []
        : [new Finding(file.Path, Allowed(file), $"has {Count(file.Text)} lines; {Allowed(file)} are allowed")];

    private static int Allowed(SourceFile file) =>
        file.Path.StartsWith("tests/", StringComparison.Ordinal) ? FileLinesOfTests : FileLines;

    private static int Count(string text) => text.TrimEnd('\n').Split('\n').Length;

    private static IEnumerable<Finding> LongFunctions(SourceFile file) => Exceptions.ContainsKey(file.Path) ? [] : LongFunctionsOf(file);

    private static IEnumerable<Finding> LongFunctionsOf(SourceFile file) => file.Root.DescendantNodes()
        .Where(n => n is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
        or AnonymousFunctionExpressionSyntax
            && !n.Ancestors().Any(a => a is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax))
        .Select(n => (Node: n, Lines: Lines(n)))
        .Where(f => f.Lines > FunctionLines)
        .Select(f => file.Found(f.Node, $"a function of {f.Lines} lines; {FunctionLines} are allowed"));

    // From the name to the closing brace; attributes and documentation do not count.
    private static int Lines(SyntaxNode node)
    {
        var text = node.SyntaxTree.GetText();
        var start = node is BaseMethodDeclarationSyntax method ? method.ParameterList.SpanStart : node.SpanStart;
        return text.Lines.GetLineFromPosition(node.Span.End).LineNumber - text.Lines.GetLineFromPosition(start).LineNumber + 1;
    }
}
