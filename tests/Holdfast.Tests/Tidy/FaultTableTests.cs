using Holdfast.Mutation;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Holdfast.Tests.Tidy;

/// <summary>
/// The table of planted faults (docs/testing.md) fits the sources: <c>./test --mutants</c> plants what it says, and finds the tests that it
/// names.
/// </summary>
public sealed class FaultTableTests
{
    private static readonly IReadOnlyList<Fault> Table = FaultTable.Read(Repository.Root);

    [Fact]
    public void Each_original_is_in_its_file_exactly_once()
    {
        var texts = Repository.Files.ToDictionary(f => f.Path, f => f.Text);
        string? Problem(Fault f) =>
            texts.TryGetValue(f.File, out var text) ? f.Find(text).Problem : $"fault {f.Number}: there is no {f.File}";
        Assert.Empty(Table.Select(Problem).OfType<string>());
    }

    [Fact]
    public void Each_number_is_given_once() => Assert.Empty(Table.GroupBy(f => f.Number).Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public void Each_fault_differs_from_its_original() => Assert.Empty(Table.Where(f => f.Original == f.Replacement).Select(f => f.Number));

    [Fact]
    public void Planted_sources_are_still_csharp() => Assert.All(Table.GroupBy(f => f.File), faults =>
    {
        var planted = Fault.Plant(Repository.Files.Single(f => f.Path == faults.Key).Text, faults);
        var options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview);
        var tree = CSharpSyntaxTree.ParseText(planted, options);
        Assert.Empty(tree.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => $"{faults.Key}: {d}"));
        // One within a text would be no switch, but part of what the text says.
        Assert.Equal(faults.Count(), tree.GetRoot().DescendantTokens().Count(t => t.ValueText == "Mut"));
    });

    [Fact]
    public void Each_test_that_is_named_is_there()
    {
        var types = typeof(FaultTableTests).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false }).ToList();
        Assert.Empty(Table.SelectMany(f => f.Tests.Where(test => !types.Exists(t => IsNamed(t, test)))
            .Select(test => $"fault {f.Number}: there is no test {test}")));
    }

    [Fact]
    public void A_block_is_read_as_it_is_written()
    {
        var faults = FaultTable.Parse("# A comment.\n1 src/A.cs\nwhat: one\ntests: X Y#Z\n- a <= b\n+ a < b\n\n"
            + "2 src/A.cs\nwhat: two\ntests: X\nequivalent: nobody can tell\n-     F();\n-     G();\n").ToList();
        Assert.Equal([1, 2], faults.Select(f => f.Number));
        Assert.Equal(["X", "Y#Z"], faults[0].Tests);
        Assert.Equal("nobody can tell", faults[1].Equivalent);
        Assert.Equal(
            "if (global::Holdfast.Mut.On(2)) {  } else {     F();\n    G(); }; x = (global::Holdfast.Mut.On(1) ? (a < b) : (a <= b));",
            Fault.Plant("    F();\n    G();; x = a <= b;", faults));
        Assert.NotNull(faults[0].Find("a <= b, a <= b").Problem);
        Assert.Null((faults[0] with { After = ", " }).Find("a <= b, a <= b").Problem);
        Assert.NotNull(faults[0].Find("a < b").Problem);
        Assert.Throws<FormatException>(() => FaultTable.Parse("1 src/A.cs\nwhat: one\n- a\n+ b\n").ToList());
        Assert.Throws<FormatException>(() => FaultTable.Parse("one src/A.cs\n").ToList());
        Assert.Throws<FormatException>(() => FaultTable.Parse("1 src/A.cs\nwhat: one\ntests: X\n-a\n+ b\n").ToList());
    }

    /// <summary>
    /// As <c>Class</c>, with the end of its namespace or without, or as <c>Class#Method</c>, by the beginning of the method's name.
    /// </summary>
    private static bool IsNamed(Type type, string test)
    {
        var parts = test.Split('#');
        return $".{type.FullName}".EndsWith($".{parts[0]}", StringComparison.Ordinal)
            && (parts.Length == 1 || Array.Exists(type.GetMethods(), m => m.Name.StartsWith(parts[1], StringComparison.Ordinal)));
    }
}
