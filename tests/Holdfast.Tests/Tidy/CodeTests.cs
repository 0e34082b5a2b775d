using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Tests.Tidy;

/// <summary>Habits that hide failures, block threads or add nothing.</summary>
public sealed class CodeTests
{
    /// <summary>Interfaces that may have one implementation in src, and why.</summary>
    private static readonly Dictionary<string, string> PluggedIn = new()
    {
        ["IConsumer"] = "A seam of many: statistics is the first consumer, brokers and notifications follow, and tests bring their own.",
        ["ITokenReader"] = "Platform's door asks for a caller; Identity answers in the product, the tests' own reader in tests.",
    };

    [Fact]
    public void Nothing_is_swallowed() => Tidy.Holds(Swallows, Repository.Product);

    [Fact]
    public void Swallowing_can_be_found()
    {
        Tidy.Finds(Swallows, "src/X.cs", In("try { F(); } catch (IOException) { }"), In("try { F(); } catch { return null; }"),
            In("try { F(); } catch (Exception) { return default; }"), In("try { F(); } catch (Exception e) { return false; }"),
            In("try { F(); } catch (Exception) { }"));
        Tidy.Passes(Swallows, "src/X.cs", In("try { F(); } catch (IOException) { /* The file is gone, as wanted. */ }"),
            In("try { F(); } catch (FormatException) { return null; }"),
            In("try { F(); } catch (Exception e) { log.LogError(e, \"x\"); return null; }"),
            In("try { F(); } catch (Exception) { throw; }"),
            In("try { F(); } catch (Exception e) { return Explain(e); }"),
            In("try { F(); } catch (Exception e) when (db.IsTransient(e)) { return false; }"),
            In("try { F(); } catch { Release(); throw; }"));
    }

    [Fact]
    public void Nothing_blocks_a_thread() => Tidy.Holds(Blocks, Repository.Product);

    [Fact]
    public void Blocking_can_be_found()
    {
        Tidy.Finds(Blocks, "src/X.cs", In("var x = task.Result;"), In("task.Wait();"), In("FAsync().GetAwaiter().GetResult();"),
            In("Task.WaitAll(a, b);"), In("Thread.Sleep(1);"));
        Tidy.Passes(Blocks, "src/X.cs", In("var x = await task; // not task.Result"), In("await gate.WaitAsync();"),
            In("Monitor.Wait(_lock);"), In("await Task.WhenAll(a, b);"));
    }

    [Fact]
    public void Nothing_is_left_to_do() => Tidy.Holds(Leftovers, Repository.CSharp);

    [Fact]
    public void Leftovers_can_be_found()
    {
        Tidy.Finds(Leftovers, "src/X.cs", "// TODO: later", "/* FIXME */", "/// <summary>HACK</summary>\nclass X { }",
            In("throw new NotImplementedException();"));
        Tidy.Passes(Leftovers, "src/X.cs", In("var x = \"TODO\";"), "// A hack in lower case is a word.");
    }

    [Fact]
    public void Interfaces_have_more_than_one_implementation() => Assert.Empty(Lonely([.. Repository.Product]));

    [Fact]
    public void Lonely_interfaces_can_be_found()
    {
        Assert.Single(Lonely([new SourceFile("src/A.cs", "interface IA { } class A : IA { }")]));
        Assert.Single(Lonely([new SourceFile("src/A.cs", "interface IA<T> { }")]));
        Assert.Empty(
            Lonely([new SourceFile("src/A.cs", "interface IA { } class A : IA { }"),
            new SourceFile("src/B.cs", "sealed record B(int X) : Base(X), N.IA;")]));
        Assert.Empty(Lonely([new SourceFile("src/A.cs", "interface IA { [Get(\"/a\")] Task A(); }")]));
    }

    [Fact]
    public void Skipped_tests_say_why() => Tidy.Holds(SilentSkips, Repository.CSharp);

    [Fact]
    public void Silent_skips_can_be_found()
    {
        Tidy.Finds(SilentSkips, "tests/X.cs", "class X { [Fact(Skip = \"\")] void F() { } }",
            "class X { [Theory(Skip = \"flaky\")] void F() { } }",
            "class X { [Fact(Explicit = true)] void F() { } }", In("Assert.Skip(\"\");"));
        Tidy.Passes(SilentSkips, "tests/X.cs", "class X { [Fact(Skip = \"needs a printer with paper\")] void F() { } }",
            In("Assert.Skip(\"no server of the kind is installed\");"),
            In("Assert.SkipWhen(x, Install);"));
    }

    private static string In(string statement) => $"class X {{ async Task<object> M() {{ {statement} }} }}";

    private static IEnumerable<Finding> Swallows(SourceFile file) => file.Root.DescendantNodes().OfType<CatchClauseSyntax>()
        .Where(c => !HasComment(c.Block) && (c.Block.Statements.Count == 0 || (CatchesAll(c) && !Handles(c))))
        .Select(c => file.Found(c, "swallows what it catches: handle it, log it, or say why not"));

    private static bool HasComment(BlockSyntax block) =>
        block.DescendantTrivia().Any(t => t.IsKind(SyntaxKind.SingleLineCommentTrivia) || t.IsKind(SyntaxKind.MultiLineCommentTrivia));

    private static bool CatchesAll(CatchClauseSyntax c) => c.Filter is null && c.Declaration?.Type.ToString() is null or "Exception"
        or "System.Exception";

    private static bool Handles(CatchClauseSyntax c) =>
        c.Block.DescendantNodes().Any(n => n is ThrowStatementSyntax or ThrowExpressionSyntax
        || (n is IdentifierNameSyntax id && c.Declaration?.Identifier.Text == id.Identifier.Text));

    private static IEnumerable<Finding> Blocks(SourceFile file) => file.Root.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
        .Where(m => m.Name.Identifier.Text is "Result" or "GetResult" or "WaitAll" or "WaitAny"
            || (m.Name.Identifier.Text is "Wait" or "Sleep" && m.Parent is InvocationExpressionSyntax
            && m.Expression.ToString() != "Monitor"))
        .Select(m => file.Found(m, $"{m} blocks a thread; await it"));

    private static IEnumerable<Finding> Leftovers(SourceFile file)
    {
        string[] words = ["TODO", "FIXME", "HACK", "XXX"];
        var comments = file.Root.DescendantTrivia(descendIntoTrivia: false)
            .Where(t => t.ToFullString().TrimStart() is ['/', ..] or ['*', ..])
            .Where(t => words.Any(w => t.ToFullString().Contains(w, StringComparison.Ordinal)))
            .Select(t => new Finding(file.Path, t.GetLocation().GetLineSpan().StartLinePosition.Line + 1, "is left to do"));
        var code = file.Root.DescendantTokens()
            .Where(t => t.IsKind(SyntaxKind.IdentifierToken) && t.Text == nameof(NotImplementedException))
            .Where(t => t.Parent?.Parent is not ArgumentSyntax).Select(t => file.Found(t, "is left to do"));
        return comments.Concat(code);
    }

    private static IEnumerable<Finding> Lonely(IReadOnlyList<SourceFile> files)
    {
        var bases = files.SelectMany(f => f.Root.DescendantNodes().OfType<TypeDeclarationSyntax>()
            .Where(t => t is not InterfaceDeclarationSyntax))
            .SelectMany(t =>
            t.BaseList?.Types.Select(b => (b.Type as SimpleNameSyntax ?? (b.Type as QualifiedNameSyntax)?.Right)?.Identifier.Text) ?? [])
            .ToList();
        return files.SelectMany(f => f.Root.DescendantNodes().OfType<InterfaceDeclarationSyntax>().Select(i => (File: f, Interface: i)))
            // The client's interfaces declare routes: Refit's generator implements them.
            .Where(x => !x.Interface.Members.Any(m => m.AttributeLists.SelectMany(l => l.Attributes).Any(IsRoute)))
            .Where(x => !PluggedIn.ContainsKey(x.Interface.Identifier.Text) && bases.Count(b => b == x.Interface.Identifier.Text) < 2)
            .Select(x => x.File.Found(x.Interface, $"{x.Interface.Identifier} has fewer than two implementations"));
    }

    private static bool IsRoute(AttributeSyntax attribute) => attribute.Name.ToString() is "Get" or "Post" or "Put" or "Patch" or "Delete";

    private static IEnumerable<Finding> SilentSkips(SourceFile file)
    {
        const int Least = 10;
        var attributes = file.Root.DescendantNodes().OfType<AttributeArgumentSyntax>()
            .Where(a => a.NameEquals?.Name.Identifier.Text is "Explicit"
            || (a.NameEquals?.Name.Identifier.Text is "Skip" && Reason(a.Expression) < Least));
        var calls = file.Root.DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Where(c => c.Expression.ToString() is "Assert.Skip" or "Assert.SkipWhen" or "Assert.SkipUnless"
            && Reason(c.ArgumentList.Arguments.LastOrDefault()?.Expression) < Least);
        return attributes.Cast<SyntaxNode>().Concat(calls).Select(n => file.Found(n, "skips without a reason"));
    }

    // A constant with a name is taken to be a reason.
    private static int Reason(ExpressionSyntax? expression) => expression is LiteralExpressionSyntax literal
        ? literal.Token.ValueText.Length : expression is null ? 0 : int.MaxValue;
}
