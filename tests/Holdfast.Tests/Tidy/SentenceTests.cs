using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Holdfast.Tests.Tidy;

/// <summary>Comments, texts and pages are in English word order: a sentence starts with its subject, and the verb follows it.</summary>
public sealed partial class SentenceTests
{
    [Fact]
    public void Pages_need_no_second_reading() => Tidy.Holds(OddSentencesOfPage, Repository.Files.Where(f => IsPage(f.Path)));

    [Fact]
    public void Comments_and_texts_need_no_second_reading() =>
        Tidy.Holds(OddSentences, Repository.CSharp.Where(f => !f.Path.EndsWith("Tidy/SentenceTests.cs", StringComparison.Ordinal)));

    [Fact]
    public void The_rule_can_fail()
    {
        string[] odd =
        [
            "Of an IPv6 address the network (/64) counts.", "Who does not run the consumer does not send either.",
            "A key that opens one of them not is a StartupException.", "Removes old keys; how many.", "Takes points back; how much.",
            "So many bytes has each.", "That of the request in which this runs.", "It can sign in no longer.", "It is judged anew.",
            "It goes on by itself.", "Meanwhile others wait.", "To others each goes as a CloudEvent.",
        ];
        string[] even =
        [
            "IPv6 addresses are counted by their /64 network.", "A process that does not run the consumer does not send.",
            "A key that cannot open one of them throws.", "Returns the number removed.", "How many are left?", "It is not so many.",
            "The scope of the request, not that of the process.", "It can no longer sign in.", "A list of an order's lines.",
            "Who does not want that?", "Refused: this is not a JSON body.", "It closes itself.", "It is given to others.",
        ];
        Tidy.Finds(OddSentencesOfPage, "docs/x.md", odd);
        Tidy.Passes(OddSentencesOfPage, "docs/x.md", even);
        Tidy.Passes(OddSentencesOfPage, "docs/x.md", "```\nmeanwhile\n```", "not `anew` but again");
        Tidy.Finds(OddSentences, "src/X.cs", [.. odd.Select(s => $"/// <summary>{s}</summary>\nclass X;"), .. odd.Select(s => $"// {s}")]);
        Tidy.Finds(OddSentences, "src/X.cs", [.. odd.Select(s => $"var x = \"{s}\";"), .. odd.Select(s => $"var x = $\"{{y}} {s}\";")]);
        Tidy.Passes(OddSentences, "src/X.cs", [.. even.Select(s => $"// {s}\nvar x = \"{s}\";"), "var meanwhile = anew;"]);
    }

    private static bool IsPage(string path) => path.EndsWith(".md", StringComparison.Ordinal);

    private static IEnumerable<Finding> OddSentences(SourceFile file) =>
        file.Root.DescendantTrivia().Where(IsComment).Select(t => (t.SpanStart, Text: t.ToFullString()))
            .Concat(file.Root.DescendantTokens().Where(IsText).Select(t => (t.SpanStart, t.Text)))
            .SelectMany(part => part.Text.Split('\n').Select((line, i) => (Line: line, Number: LineAt(file, part.SpanStart) + i)))
            .SelectMany(l => Found(file, l.Line, l.Number));

    private static IEnumerable<Finding> OddSentencesOfPage(SourceFile file)
    {
        var isCode = false;
        foreach (var (line, number) in file.Lines)
        {
            isCode ^= line.StartsWith("```", StringComparison.Ordinal);
            foreach (var finding in isCode ? [] : Found(file, Marked().Replace(line, "``"), number))
            {
                yield return finding;
            }
        }
    }

    private static IEnumerable<Finding> Found(SourceFile file, string line, int number) =>
        Odd().Matches(line).Select(m => new Finding(file.Path, number, $"says \"{m.Value}\": see Sentences in CONTRIBUTING.md"));

    private static int LineAt(SourceFile file, int position) =>
        file.Root.SyntaxTree.GetLineSpan(new(position, 0)).StartLinePosition.Line + 1;

    private static bool IsComment(SyntaxTrivia trivia) =>
        trivia.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia
            or SyntaxKind.SingleLineDocumentationCommentTrivia or SyntaxKind.MultiLineDocumentationCommentTrivia;

    private static bool IsText(SyntaxToken token) =>
        token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.InterpolatedStringTextToken
            or SyntaxKind.MultiLineRawStringLiteralToken or SyntaxKind.SingleLineRawStringLiteralToken;

    /// <summary>What stands between code marks is quoted.</summary>
    [GeneratedRegex("`[^`]+`")]
    private static partial Regex Marked();

    /// <summary>Capitals stand for the beginning of a sentence.</summary>
    [GeneratedRegex(@"\bOf an? \w|\bWho does not\b(?!.*\?)|\bthat opens [\w ]+ not is a\b|; how (?:many|much)\b|\bSo (?:many|much) [a-z]"
        + @"|\bThat of (?:the|a|an|which)\b|\bcan (?:\w+ ){1,3}no longer\b|\banew\b|\bby itself\b|\b[Mm]eanwhile\b|\bTo others\b")]
    private static partial Regex Odd();
}
