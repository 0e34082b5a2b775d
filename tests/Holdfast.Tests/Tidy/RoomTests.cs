using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Tests.Tidy;

/// <summary>A type of the product is found by its name: its file has that name, and its namespace is the folder.</summary>
public sealed class RoomTests
{
    [Fact]
    public void Each_file_has_one_type_and_its_name() => Tidy.Holds(Lodgers, Repository.Product);

    [Fact]
    public void Each_namespace_is_its_folder() => Tidy.Holds(Strays, Repository.Product);

    [Fact]
    public void A_lodger_can_be_found()
    {
        Tidy.Finds(Lodgers, "src/Holdfast.Orders/Storage/A.cs", "class B;", "class A { class C; }\nenum B { X }", "delegate void B();",
            "record A(int X);\nrecord struct B(int X);");
        Tidy.Passes(Lodgers, "src/Holdfast.Orders/Storage/A.cs", "class A { class B; }", "interface A;", "");
        Tidy.Passes(Lodgers, "src/Holdfast.Orders/Storage/A.Keys.cs", "partial class A { }");
    }

    [Fact]
    public void A_stray_can_be_found()
    {
        Tidy.Finds(Strays, "src/Holdfast.Orders/Storage/A.cs", "namespace Holdfast.Orders;", "namespace Holdfast.Orders.Core;");
        Tidy.Passes(Strays, "src/Holdfast.Orders/Storage/A.cs", "namespace Holdfast.Orders.Storage;", "[assembly: X]");
        Tidy.Finds(Strays, "src/Holdfast.Client/Orders/A.cs", "namespace Holdfast.Client.Orders;");
        Tidy.Passes(Strays, "src/Holdfast.Client/Orders/A.cs", "namespace Holdfast.Client;");
    }

    /// <summary>Types that are in a file of another name. <c>A.Keys.cs</c> is a file of <c>A</c>.</summary>
    private static IEnumerable<Finding> Lodgers(SourceFile file)
    {
        var name = Path.GetFileName(file.Path).Split('.')[0];
        return file.Root.DescendantNodes()
            .Where(n => n is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax && n.Parent is not BaseTypeDeclarationSyntax)
            .Select(n => (Node: n, Name: (n as BaseTypeDeclarationSyntax)?.Identifier.Text
                ?? ((DelegateDeclarationSyntax)n).Identifier.Text))
            .Where(t => t.Name != name)
            .Select(t => file.Found(t.Node, $"{t.Name} is in the file of {name}"));
    }

    /// <summary>Whoever uses the client writes one using: its folders are for its readers alone.</summary>
    private static IEnumerable<Finding> Strays(SourceFile file)
    {
        const string Client = "Holdfast.Client";
        var folder = file.Path.StartsWith($"src/{Client}/", StringComparison.Ordinal) ? Client
            : Path.GetDirectoryName(file.Path)!.Replace('\\', '/')["src/".Length..].Replace('/', '.');
        return file.Root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
            .Where(n => n.Name.ToString() != folder)
            .Select(n => file.Found(n.Name, $"{n.Name} is in the folder of {folder}"));
    }
}
