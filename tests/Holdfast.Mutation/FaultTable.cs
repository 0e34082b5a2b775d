namespace Holdfast.Mutation;

/// <summary>
/// Reads the table of faults: text files of blocks with an empty line between them.
/// <code>
/// 7 src/Holdfast.Orders/Core/Order.cs
/// what: an order can be paid at the moment at which it expires
/// tests: Orders.ExpiryTests Lifecycle_on_sqlite
/// - expires &lt;= now
/// + expires &lt; now
/// </code>
/// Lines that begin with <c>#</c> are comments; <c>after:</c> tells what stands right before the original; <c>equivalent:</c> says why no
/// test can notice the fault.
/// </summary>
public static class FaultTable
{
    /// <summary>The folder of the table, from the root of the repository.</summary>
    public const string Folder = "tests/Holdfast.Mutation/faults";

    /// <summary>All faults, by number.</summary>
    public static IReadOnlyList<Fault> Read(string root) =>
        [.. Directory.EnumerateFiles(Path.Combine(root, Folder), "*.txt").Order(StringComparer.Ordinal)
            .SelectMany(f => Parse(File.ReadAllText(f))).OrderBy(f => f.Number)];

    /// <summary>The faults of one file of the table.</summary>
    public static IEnumerable<Fault> Parse(string text) =>
        text.Split("\n\n").Select(b => b.Split('\n').Where(l => l.Length > 0 && l[0] != '#').ToList())
            .Where(b => b.Count > 0).Select(Block);

    private static Fault Block(List<string> lines)
    {
        var place = lines[0].Split(' ');
        if (place.Length != 2 || !int.TryParse(place[0], out var number))
        {
            throw new FormatException($"'{lines[0]}' is not a number and a file");
        }

        var tests = Member(lines, "tests: ")?.Split(' ') ?? [];
        var fault = new Fault(number, place[1], Member(lines, "what: ") ?? "", Member(lines, "after: ") ?? "",
            Code(lines, '-'), Code(lines, '+'), tests, Member(lines, "equivalent: "));
        var isWhole = fault is { What.Length: > 0, Original.Length: > 0 } && tests.Length > 0
            && (fault.Replacement.Length > 0 || fault.IsStatement);
        return isWhole ? fault : throw new FormatException($"fault {number} lacks what, tests, its original or its replacement");
    }

    private static string? Member(List<string> lines, string name) =>
        lines.Find(l => l.StartsWith(name, StringComparison.Ordinal))?[name.Length..];

    private static string Code(List<string> lines, char sign) =>
        string.Join('\n', lines.Where(l => l[0] == sign).Select(l =>
            l.Length > 1 && l[1] == ' ' ? l[2..] : throw new FormatException($"'{l}' lacks a space behind its sign")));
}
