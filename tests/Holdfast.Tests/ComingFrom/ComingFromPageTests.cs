using System.Reflection;
using System.Text.RegularExpressions;
using Holdfast.Tests.Tidy;

namespace Holdfast.Tests.ComingFrom;

/// <summary>
/// docs/coming-from.md and its tests say the same: each row of its tables names the tests that do what the row says, and each test of this
/// namespace is named by a row.
/// </summary>
public sealed partial class ComingFromPageTests
{
    private const string Page = "docs/coming-from.md";
    private const string Head = "| there | in Holdfast | test |\n| --- | --- | --- |\n";

    [Fact]
    public void Each_row_names_its_tests_and_each_test_has_a_row()
    {
        var text = Repository.Files.Single(f => f.Path == Page).Text;
        Assert.True(Rows(text).Count > 90, $"only {Rows(text).Count} rows were found");
        Assert.Empty(Faults(text, Tests()));
    }

    [Fact]
    public void A_row_without_its_test_and_a_test_without_its_row_are_found()
    {
        string[] tests = ["It_works"];
        Assert.Empty(Faults($"{Head}| `a` | `b` | `It_works` |", tests));
        Assert.Equal(["line 3: there is no test It_breaks", "no row names It_works"],
            Faults($"{Head}| `a` | `b` | `It_breaks` |", tests));
        Assert.Equal(["line 3: names no test", "no row names It_works"], Faults($"{Head}| `a` | `b` | It_works |", tests));
        Assert.Equal(["line 3: says nothing about Holdfast"], Faults($"{Head}| `a` | | `It_works` |", tests));
        Assert.Equal(["line 4: has `a` twice"], Faults($"{Head}| `a` | b | `It_works` |\n| `a` | c | `It_works` |", tests));
        Assert.Equal(["line 3: has 2 cells, not 3", "no row names It_works"], Faults($"{Head}| `a` | `It_works` |", tests));
        Assert.Equal(["line 1: is no table of this page", "no row names It_works"], Faults("| a | b |\n| --- | --- |\n| c | d |", tests));
    }

    private sealed record Line(int Number, string[] Cells);

    private static List<string> Faults(string page, IReadOnlyCollection<string> tests)
    {
        var faults = new List<string>();
        foreach (var table in Tables(page))
        {
            if (table[0].Cells is not ["there", "in Holdfast", "test"])
            {
                faults.Add($"line {table[0].Number}: is no table of this page");
                continue;
            }

            var known = new HashSet<string>(StringComparer.Ordinal);
            foreach (var row in table.Skip(2))
            {
                faults.AddRange(FaultsOf(row, known, tests).Select(fault => $"line {row.Number}: {fault}"));
            }
        }

        var named = Rows(page).Where(r => r.Cells.Length == 3).SelectMany(NamesOf).ToHashSet(StringComparer.Ordinal);
        return [.. faults, .. tests.Except(named).Order(StringComparer.Ordinal).Select(test => $"no row names {test}")];
    }

    private static IEnumerable<string> FaultsOf(Line row, HashSet<string> known, IReadOnlyCollection<string> tests)
    {
        if (row.Cells.Length != 3)
        {
            return [$"has {row.Cells.Length} cells, not 3"];
        }

        if (!known.Add(row.Cells[0]))
        {
            return [$"has {row.Cells[0]} twice"];
        }

        var names = NamesOf(row);
        return row.Cells[1].Length == 0 ? ["says nothing about Holdfast"]
            : names.Count == 0 ? ["names no test"]
            : names.Except(tests).Select(name => $"there is no test {name}");
    }

    private static List<string> NamesOf(Line row) => [.. Name().Matches(row.Cells[2]).Select(m => m.Groups[1].Value)];

    private static List<Line> Rows(string page) =>
        [.. Tables(page).Where(t => t[0].Cells is ["there", ..]).SelectMany(t => t.Skip(2))];

    /// <summary>The tables of the page, each with its head and the line under it.</summary>
    private static List<List<Line>> Tables(string page)
    {
        var tables = new List<List<Line>>();
        var isInside = false;
        foreach (var (line, index) in page.Split('\n').Select((line, index) => (line.Trim(), index)))
        {
            if (line.StartsWith('|'))
            {
                if (!isInside)
                {
                    tables.Add([]);
                }

                tables[^1].Add(new Line(index + 1, [.. line.TrimEnd('|')[1..].Split('|').Select(cell => cell.Trim())]));
            }

            isInside = line.StartsWith('|');
        }

        return tables;
    }

    /// <summary>The names of the tests beside this class: each is a fact, and stands once.</summary>
    private static List<string> Tests()
    {
        var all = typeof(ComingFromPageTests).Assembly.GetTypes()
            .Where(t => t.Namespace == typeof(ComingFromPageTests).Namespace && t != typeof(ComingFromPageTests))
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(m => m.GetCustomAttributes().Any(a => a is FactAttribute)).Select(m => m.Name).ToList();
        Assert.Equal(all.Distinct(StringComparer.Ordinal), all);
        return all;
    }

    [GeneratedRegex("`([A-Za-z0-9_]+)`")]
    private static partial Regex Name();
}
