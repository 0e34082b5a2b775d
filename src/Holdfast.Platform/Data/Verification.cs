using System.Globalization;

namespace Holdfast.Platform.Data;

/// <summary>An invariant that is broken.</summary>
/// <param name="Rows">Each as <c>column=value, ...</c>; the first ones.</param>
/// <param name="HasMore">There are more rows than are listed.</param>
public sealed record Finding(string Name, IReadOnlyList<string> Rows, bool HasMore);

/// <summary>Checks invariants, each in one statement and so at one moment: it may run beside working servers.</summary>
public static class Verification
{
    private const int MaxRows = 20;

    /// <summary>Checks each invariant; the broken ones, or none.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(Db db, IEnumerable<Invariant> invariants, CancellationToken ct = default)
    {
        var findings = new List<Finding>();
        foreach (var invariant in invariants)
        {
            ct.ThrowIfCancellationRequested();
            var rows = await db.ReadAsync(s => s.QueryAsync($"SELECT * FROM ({invariant.Sql}) broken LIMIT {MaxRows + 1}", Show), ct).ConfigureAwait(false);
            if (rows.Count > 0)
            {
                findings.Add(new Finding(invariant.Name, [.. rows.Take(MaxRows)], rows.Count > MaxRows));
            }
        }

        return findings;
    }

    private static string Show(Row row) => string.Join(", ", Enumerable.Range(0, row.Count).Select(i => $"{row.Name(i)}={Show(row.Any(i))}"));

    private static string Show(object? value) => value switch
    {
        null => "null",
        byte[] bytes => Convert.ToHexStringLower(bytes),
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
