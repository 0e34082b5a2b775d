using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Holdfast.Tests.Tidy;

/// <summary>Where a rule is broken.</summary>
internal sealed record Finding(string Path, int Line, string What)
{
    public override string ToString() => $"{Path}:{Line}: {What}";
}

/// <summary>A text file of the repository, or a fixture that pretends to be one.</summary>
internal sealed class SourceFile(string path, string text)
{
    private SyntaxNode? _root;

    /// <summary>From the root of the repository, with slashes.</summary>
    public string Path { get; } = path;

    public string Text { get; } = text;

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    public bool IsProduct => Path.StartsWith("src/", StringComparison.Ordinal);

    public SyntaxNode Root =>
        _root ??= CSharpSyntaxTree.ParseText(Text, CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview), Path).GetRoot();

    public IEnumerable<(string Line, int Number)> Lines => Text.Split('\n').Select((line, i) => (line, i + 1));

    public Finding Found(SyntaxNode node, string what) => Found(node.GetLocation(), what);

    public Finding Found(SyntaxToken token, string what) => Found(token.GetLocation(), what);

    private Finding Found(Location location, string what) => new(Path, location.GetLineSpan().StartLinePosition.Line + 1, what);
}

/// <summary>The files of the repository.</summary>
internal static class Repository
{
    private static readonly string[] Binary = [".png", ".ico", ".db", ".woff2", ".jpg", ".gif"];

    public static string Root { get; } = FindRoot();

    /// <summary>Every text file that is, or could be, committed.</summary>
    public static IReadOnlyList<SourceFile> Files { get; } = ReadAll();

    public static IEnumerable<SourceFile> CSharp => Files.Where(f => f.IsCSharp);

    public static IEnumerable<SourceFile> Product => Files.Where(f => f is { IsCSharp: true, IsProduct: true });

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Holdfast.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests must run from a folder under the repository's root");
    }

    private static List<SourceFile> ReadAll() =>
        [.. Listed().Where(p => !Binary.Contains(Path.GetExtension(p)) && File.Exists(Path.Combine(Root, p)))
            .Select(p => new SourceFile(p, File.ReadAllText(Path.Combine(Root, p))))];

    /// <summary>What git knows or would add; without git, what is no build output.</summary>
    private static IEnumerable<string> Listed()
    {
        if (Path.Exists(Path.Combine(Root, ".git")))
        {
            var start = new ProcessStartInfo("git",
                ["-C", Root, "ls-files", "--cached", "--others", "--exclude-standard", "-z"])
            { RedirectStandardOutput = true };
            using var git = Process.Start(start)!;
            var listed = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            if (git.ExitCode == 0)
            {
                return listed.Split('\0', StringSplitOptions.RemoveEmptyEntries);
            }
        }

        string[] outputs = ["bin", "obj", "data", ".git", "artifacts", "TestResults"];
        return Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
            .Where(f => !f.Split('/').Any(outputs.Contains));
    }
}

/// <summary>Asserts on findings.</summary>
internal static class Tidy
{
    /// <summary>The rule holds in all files. The message lists every finding.</summary>
    public static void Holds(Func<SourceFile, IEnumerable<Finding>> rule, IEnumerable<SourceFile> files)
    {
        var findings = files.SelectMany(rule).Select(f => f.ToString()).ToList();
        Assert.True(findings.Count == 0, $"{findings.Count} findings:\n{string.Join('\n', findings)}");
    }

    /// <summary>The rule finds what is wrong in each of these, exactly once, so that it is known to be able to fail.</summary>
    public static void Finds(Func<SourceFile, IEnumerable<Finding>> rule, string path, params string[] wrong) =>
        Assert.All(wrong, text => Assert.Single(rule(new SourceFile(path, text))));

    /// <summary>The rule finds nothing in these.</summary>
    public static void Passes(Func<SourceFile, IEnumerable<Finding>> rule, string path, params string[] right) =>
        Assert.All(right, text => Assert.Empty(rule(new SourceFile(path, text))));
}
