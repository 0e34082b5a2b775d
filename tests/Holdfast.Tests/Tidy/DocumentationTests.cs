using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Tests.Tidy;

/// <summary>Public members say what a caller observes.</summary>
public sealed class DocumentationTests
{
    /// <summary>Members that another declaration documents. A method that is one expression on one line needs no words, either.</summary>
    private static readonly HashSet<string> Plain = ["Dispose", "DisposeAsync", "ToString", "Equals", "GetHashCode"];

    [Fact]
    public void Public_types_and_methods_are_documented() => Tidy.Holds(Undocumented, Repository.Product);

    [Fact]
    public void The_rule_can_fail()
    {
        Tidy.Finds(Undocumented, "src/X.cs", "public class X { }", "public enum X { A }", "public interface IX { }",
            "public sealed record X(int A);",
            "/// <summary>An x.</summary>\npublic class X { public void F() { } }",
            "/// <summary>An x.</summary>\npublic class X { public int F() =>\n1; }",
            "/// <summary>An x.</summary>\npublic class X { protected abstract void F(); }",
            "/// <summary>An x.</summary>\npublic class X { public class Y { } }", "// An x.\npublic class X { }");
        Tidy.Passes(Undocumented, "src/X.cs", "class X { public void F() { } }",
            "/// <summary>An x.</summary>\npublic class X { public int Sum(int a) => a + 1; }",
            "internal sealed class X { public class Y { } }",
            "/// <summary>An x.</summary>\npublic sealed record X(int A) { public int B => 1; public override string ToString() => \"\"; }",
            "/// <summary>An x.</summary>\npublic class X { private void F() { } protected override void G() { } public void "
            + "Dispose() { } }",
            "/// <summary>A use case.</summary>\npublic class X { public Task<Reply> HandleAsync(Request request) => null!; }",
            "/// <summary>Errors.</summary>\npublic class X { public static Error Taken(int n) =>\nnew(409, \"taken\"); }");
    }

    private static IEnumerable<Finding> Undocumented(SourceFile file) => file.Root.DescendantNodes().OfType<MemberDeclarationSyntax>()
        .Where(m => m is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax or MethodDeclarationSyntax && IsVisible(m) && !IsPlain(m)
        && !IsDocumented(m))
        .Select(m => file.Found(m, $"{Name(m)} is public and says nothing about itself"));

    private static bool IsVisible(MemberDeclarationSyntax member) =>
        (member.Modifiers.Any(SyntaxKind.PublicKeyword)
        || (member.Modifiers.Any(SyntaxKind.ProtectedKeyword) && !member.Modifiers.Any(SyntaxKind.PrivateKeyword))
            || member.Parent is InterfaceDeclarationSyntax)
        && member.Ancestors().OfType<BaseTypeDeclarationSyntax>().All(IsVisible);

    private static bool IsPlain(MemberDeclarationSyntax member) =>
        member.Modifiers.Any(SyntaxKind.OverrideKeyword)
        || (member is MethodDeclarationSyntax method
        && (Plain.Contains(method.Identifier.Text) || IsOneLine(method) || IsOfUseCase(method) || IsOfModule(method)));

    private static bool IsOneLine(MethodDeclarationSyntax method) =>
        method.ExpressionBody is not null && !method.WithoutTrivia().ToFullString().Contains('\n', StringComparison.Ordinal);

    // What a use case does is said on its class, once; an error says what it means itself.
    private static bool IsOfUseCase(MethodDeclarationSyntax method) => method.ReturnType.ToString() == "Error"
        || (method.ReturnType.ToString() == "Task<Reply>"
        && method.ParameterList.Parameters is [{ Type: IdentifierNameSyntax { Identifier.Text: "Request" } }, ..]);

    // FooModule.Add and FooModule.Map: the class says what both do.
    private static bool IsOfModule(MethodDeclarationSyntax method) =>
        method.Identifier.Text is "Add" or "Map" && method.Parent is ClassDeclarationSyntax type
        && type.Identifier.Text.EndsWith("Module", StringComparison.Ordinal);

    private static bool IsDocumented(MemberDeclarationSyntax member) =>
        member.GetLeadingTrivia().Any(t => t.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia)
        || t.IsKind(SyntaxKind.MultiLineDocumentationCommentTrivia))
        // One part of a partial type is enough.
        || (member is TypeDeclarationSyntax && member.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static string Name(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax method => $"{(method.Parent as BaseTypeDeclarationSyntax)?.Identifier.Text}.{method.Identifier.Text}",
        BaseTypeDeclarationSyntax type => type.Identifier.Text,
        DelegateDeclarationSyntax type => type.Identifier.Text,
        _ => member.Kind().ToString(),
    };
}
