using System.Reflection;
using System.Text.RegularExpressions;
using Holdfast.Platform;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Tests.Tidy;

/// <summary>Every rejection has a name, a code with one meaning for clients, a sentence in each language, and a test.</summary>
public sealed partial class RejectionTests
{
    private static readonly Error Right = new(409, "out_of_paper", "There is no paper left.", "Không còn giấy.");

    [Fact]
    public void A_code_has_one_status() =>
        Assert.Empty(All().GroupBy(e => e.Error.Code).Where(g => g.Select(e => e.Error.Status).Distinct().Count() > 1)
        .Select(g => $"{g.Key}: {string.Join(", ", g.Select(e => e.Name))}"));

    [Fact]
    public void Each_is_well_formed()
    {
        Assert.NotEmpty(All());
        Assert.Empty(All().SelectMany(e => Faults(e.Error).Select(fault => $"{e.Name}: {fault}")));
    }

    [Fact]
    public void The_rule_can_fail()
    {
        Assert.Empty(Faults(Right));
        Assert.All([Right with { Code = "OutOfPaper" }, Right with { Status = 200 }, Right with { English = "no paper" },
            Right with { Vietnamese = "" },
            Right with { Vietnamese = Right.English }], wrong => Assert.NotEmpty(Faults(wrong)));
    }

    [Fact]
    public void Each_code_is_expected_by_a_test() => Assert.Empty(Unexpected([.. Repository.CSharp]));

    [Fact]
    public void No_code_escapes_the_rule() =>
        Assert.Empty(All().Select(e => e.Error.Code).Except(Repository.Product.SelectMany(Codes).Select(c => c.ValueText)));

    [Fact]
    public void A_code_that_no_test_expects_can_be_found()
    {
        const string Test = "class Y { [Fact] void F() { Assert.Equal(\"out_of_paper\", G()); } }";
        string[] ways = ["static readonly Error A = new(409, \"out_of_paper\", \"A.\", \"B.\");",
            "Error A(int n) => new Error(409, \"out_of_paper\", \"A.\", \"B.\").With(\"n\", n);"];
        foreach (var product in ways.Select(way => new SourceFile("src/X.cs", $"class X {{ {way} }}")))
        {
            Assert.Empty(Unexpected([product, new SourceFile("tests/Y.cs", Test)]));
            Assert.Single(Unexpected([product]));
            Assert.Single(
                Unexpected([product,
                new SourceFile("tests/Y.cs", Test.Replace("out_of_paper", "out_of_paper_today", StringComparison.Ordinal))]));
            Assert.Single(Unexpected([product, new SourceFile("tests/Y.cs", "class Y { [Fact] void F() { /* \"out_of_paper\" */ } }")]));
            Assert.Single(Unexpected([product, new SourceFile("tests/NoTests.cs", Test.Replace("[Fact]", "", StringComparison.Ordinal))]));
            Assert.Single(Unexpected([product, new SourceFile("tests/Holdfast.Tests/Tidy/Y.cs", Test)]));
        }
    }

    /// <summary>
    /// Codes that stand in no test as callers get them. What is only named here, or by what tests are helped with, is not tested by that.
    /// </summary>
    private static IEnumerable<Finding> Unexpected(IReadOnlyList<SourceFile> files)
    {
        var expected = files.Where(f => !f.IsProduct && !f.Path.Contains("/Tidy/", StringComparison.Ordinal)
            && (f.Text.Contains("[Fact", StringComparison.Ordinal) || f.Text.Contains("[Theory", StringComparison.Ordinal)))
            .SelectMany(f => f.Root.DescendantTokens()).Where(t => t.IsKind(SyntaxKind.StringLiteralToken)).Select(t => t.ValueText)
            .ToHashSet(StringComparer.Ordinal);
        return files.Where(f => f.IsProduct)
            .SelectMany(f => Codes(f).Where(c => !expected.Contains(c.ValueText))
            .Select(c => f.Found(c, $"no test expects {c.ValueText}")));
    }

    /// <summary>The second of an error's four arguments, wherever one is made.</summary>
    private static IEnumerable<SyntaxToken> Codes(SourceFile file) =>
        file.Root.DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>()
        .Select(made =>
        made.ArgumentList?.Arguments is [{ Expression: LiteralExpressionSyntax status }, { Expression: LiteralExpressionSyntax code }, _, _]
            && status.IsKind(SyntaxKind.NumericLiteralExpression) && code.IsKind(SyntaxKind.StringLiteralExpression) ? code.Token : default)
        .Where(code => code != default);

    private static IEnumerable<string> Faults(Error error)
    {
        if (!Code().IsMatch(error.Code))
        {
            yield return "the code is not snake_case";
        }

        if (error.Status is < 400 or > 599)
        {
            yield return $"{error.Status} is no status of a rejection";
        }

        if (!Sentence().IsMatch(error.English) || !Sentence().IsMatch(error.Vietnamese) || error.English == error.Vietnamese)
        {
            yield return "each language has a sentence, with a capital and a full stop";
        }
    }

    private static IEnumerable<(string Name, Error Error)> All() =>
        Server.Modules.Append(typeof(Server).Assembly).Distinct().SelectMany(a => a.GetTypes())
        .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(f => f.FieldType == typeof(Error)).Select(f => ($"{f.DeclaringType!.Name}.{f.Name}", (Error)f.GetValue(null)!));

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    private static partial Regex Code();

    [GeneratedRegex(@"^\p{Lu}.*[.!]$")]
    private static partial Regex Sentence();
}
