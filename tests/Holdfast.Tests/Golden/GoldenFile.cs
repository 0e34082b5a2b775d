using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Holdfast.Platform.Data;
using Holdfast.Tests.Tidy;

namespace Holdfast.Tests.Golden;

/// <summary>
/// What a release has written, kept byte for byte in a file beside this one. Ids, times and order numbers are replaced by their place, so
/// that both databases and all runs write the same. <c>GOLDEN=write</c> writes the file instead, and fails, so that nobody leaves it set.
/// </summary>
internal sealed partial class GoldenFile(string name)
{
    private readonly StringBuilder _text = new();
    private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);

    /// <summary>Adds bytes as they are, but for carriage returns, which no file of ours has.</summary>
    public void AddRaw(string title, string text) => _text.Append("== ").Append(title).Append('\n')
        .Append(text.TrimEnd('\n').Replace("\r", "\\r", StringComparison.Ordinal)).Append('\n');

    /// <summary>Adds bytes with places instead of what differs from run to run.</summary>
    public void Add(string title, string text) => AddRaw(Masked(title), Masked(text));

    /// <summary>Adds the rows of a query: of each, the columns that are not null, as <c>name=value</c>.</summary>
    public async Task AddRowsAsync(Db db, string title, string sql, params object?[] args)
    {
        var rows = await db.ReadAsync(s => s.QueryAsync(sql, row => string.Join('\n', Enumerable.Range(0, row.Count)
            .Where(i => !row.IsNull(i)).Select(i => $"  {row.Name(i)}={Value(row.Name(i), row.Any(i)!)}")
            .Order(StringComparer.Ordinal)), args));
        Add(title, string.Join("\n  --\n", rows));
    }

    /// <summary>The file has exactly what was added.</summary>
    public void Holds()
    {
        var path = Path.Combine(Repository.Root, "tests/Holdfast.Tests/Golden", name);
        if (Environment.GetEnvironmentVariable("GOLDEN") == "write")
        {
            File.WriteAllText(path, _text.ToString());
            Assert.Fail($"{name} was written; look at what has changed, and run this again without GOLDEN");
        }

        var (expected, actual) = (File.ReadAllText(path).Split('\n'), _text.ToString().Split('\n'));
        for (var i = 0; i < Math.Min(expected.Length, actual.Length); i++)
        {
            Assert.True(expected[i] == actual[i], $"{name}:{i + 1}\nexpected: {expected[i]}\nactual:   {actual[i]}");
        }

        Assert.Equal(expected.Length, actual.Length);
    }

    private string Masked(string text) => Varying().Replace(text, match =>
        match.Groups["time"].Success ? "<time>"
        : match.Groups["day"].Success ? "<day>"
        : match.Groups["key"].Success ? "\"accessKey\":\"<key>\""
        : match.Groups["cursor"].Success ? "\"nextCursor\":\"<cursor>\""
        : _places.TryGetValue(match.Value, out var place) ? place
        : _places[match.Value] = $"<{_places.Count + 1}>");

    /// <summary>Times and booleans are numbers on SQLite.</summary>
    private static string Value(string column, object value) => value switch
    {
        DateTime => "<time>",
        long when column.EndsWith("_at", StringComparison.Ordinal) => "<time>",
        bool yes => yes ? "1" : "0",
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    [GeneratedRegex("""
        (?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)|(?<day>\b20\d\d-\d\d-\d\d\b)
        |(?<key>"accessKey":"[^"]+")|(?<cursor>"nextCursor":"[^"]+")
        |(?<id>[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})|(?<hex>\b[0-9a-f]{32}\b)
        |(?<number>\b[0-9A-HJ-NP-TV-Z]{4}-[0-9A-HJ-NP-TV-Z]{4}-[0-9A-HJ-NP-TV-Z]{4}\b)
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Varying();
}
