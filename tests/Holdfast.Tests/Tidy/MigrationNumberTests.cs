namespace Holdfast.Tests.Tidy;

/// <summary>
/// Two migrations of one number, as two branches bring them, would run in the order of their names, not in that of their numbers.
/// </summary>
public sealed class MigrationNumberTests
{
    private const string Folder = "/Migrations/";

    /// <summary>Both are in databases under these names, so that neither can be renamed.</summary>
    private static readonly string[] Released = ["src/Holdfast.Platform/Migrations/004"];

    [Fact]
    public void Migrations_have_unique_numbers() => Assert.Equal(Released, Twice(Repository.Files.Select(f => f.Path)));

    [Fact]
    public void The_rule_can_fail()
    {
        Assert.Equal(["src/A/Migrations/002"],
            Twice(["src/A/Migrations/001_a.sql", "src/A/Migrations/002_b.sql", "src/A/Migrations/002_c.sql"]));
        Assert.Empty(Twice(["src/A/Migrations/001_a.sql", "src/B/Migrations/001_a.sql", "src/A/Migrations/002_b.sql", "docs/001.md"]));
    }

    private static IEnumerable<string> Twice(IEnumerable<string> paths) =>
        paths.Where(p => p.Contains(Folder, StringComparison.Ordinal) && p.EndsWith(".sql", StringComparison.Ordinal))
            .GroupBy(p => p[..p.IndexOf('_', p.IndexOf(Folder, StringComparison.Ordinal))])
            .Where(g => g.Count() > 1)
            .Select(g => g.Key);
}
