using System.Diagnostics;

namespace Holdfast.Mutation;

/// <summary>
/// A copy of the sources with all faults in it, each behind a switch, and its build. It is kept, so that the next build is a short one.
/// </summary>
internal sealed class PlantedTree(string root)
{
    private const string Switch = """
        namespace Holdfast;

        /// <summary>Which planted fault is on: the number in HOLDFAST_MUTANT.</summary>
        public static class Mut
        {
            private static readonly string? Number = System.Environment.GetEnvironmentVariable("HOLDFAST_MUTANT");

            public static bool On(int number) => Number == number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        """;

    private static readonly string[] Folders = ["src", "tests"];
    private static readonly string[] Outputs = ["bin", "obj"];

    private readonly string _copy = Path.Combine(root, "artifacts", "mutants");

    private string Project => Path.Combine(_copy, "tests", "Holdfast.Tests");

    /// <summary>The tests as they are built.</summary>
    public string Tests => Path.Combine(Project, "bin", "Release", "net10.0", "Holdfast.Tests.dll");

    /// <summary>Copies what has changed since the last time, with the faults.</summary>
    public void Write(IReadOnlyList<Fault> faults)
    {
        var byFile = faults.ToLookup(f => f.File);
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in Sources())
        {
            wanted.Add(path);
            Put(path, byFile[path].Any() ? Fault.Plant(File.ReadAllText(Path.Combine(root, path)), byFile[path]) : null);
        }

        wanted.Add("src/Holdfast.Platform/Mut.cs");
        Put("src/Holdfast.Platform/Mut.cs", Switch);
        foreach (var left in Files(_copy).Where(p => !wanted.Contains(p)).ToList())
        {
            File.Delete(Path.Combine(_copy, left));
        }
    }

    /// <summary>Builds the tests with all that they need; false where that fails.</summary>
    public async Task<bool> BuildAsync()
    {
        var start = new ProcessStartInfo("dotnet", ["build", Project, "-c", "Release", "-v", "q", "-clp:ErrorsOnly;NoSummary", "-nologo",
            "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false"])
        {
            RedirectStandardInput = true,
        };
        using var build = Process.Start(start)!;
        await build.WaitForExitAsync();
        return build.ExitCode == 0;
    }

    private IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(root).Select(f => Path.GetFileName(f)).Where(IsOfBuild).Concat(Files(root));

    private static bool IsOfBuild(string name) =>
        Path.GetExtension(name) is ".props" or ".targets" or ".slnx" or ".json" or ".txt" or ".config";

    private static IEnumerable<string> Files(string at) => Folders.Select(f => Path.Combine(at, f)).Where(Directory.Exists)
        .SelectMany(f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories))
        .Select(f => Path.GetRelativePath(at, f).Replace('\\', '/'))
        .Where(f => !f.Split('/').Any(Outputs.Contains));

    /// <param name="text">Null: as it is.</param>
    private void Put(string path, string? text)
    {
        var target = Path.Combine(_copy, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var bytes = text is null ? File.ReadAllBytes(Path.Combine(root, path)) : System.Text.Encoding.UTF8.GetBytes(text);
        if (!File.Exists(target) || !File.ReadAllBytes(target).AsSpan().SequenceEqual(bytes))
        {
            File.WriteAllBytes(target, bytes);
        }
    }
}
