using System.Globalization;

namespace Holdfast.Platform.Data;

/// <summary>Checks invariants, each in one statement and so at one moment: it may run beside working servers.</summary>
public static class Verification
{
    private const int MaxRows = 20;

    /// <summary>
    /// Returns what is wrong with the file of an SQLite database, or null. It reads every page of the file, also those that no other check
    /// reads. PostgreSQL checks its own pages.
    /// </summary>
    public static async Task<string?> DamageAsync(Db db, CancellationToken ct = default)
    {
        if (db.Name != "sqlite")
        {
            return null;
        }

        var found = await db.ReadWholeAsync(s => s.FirstAsync("PRAGMA quick_check(1)", r => r.Text(0)), ct);
        return found == "ok" ? null : found;
    }

    /// <summary>Checks each invariant and returns the broken ones.</summary>
    /// <param name="checking">Called before each check.</param>
    public static async Task<IReadOnlyList<Finding>> RunAsync(
        Db db, IEnumerable<Invariant> invariants, Action<Invariant>? checking = null, CancellationToken ct = default)
    {
        var findings = new List<Finding>();
        foreach (var invariant in invariants)
        {
            ct.ThrowIfCancellationRequested();
            checking?.Invoke(invariant);
            // MATERIALIZED: a LIMIT on the check itself makes PostgreSQL plan for the first rows, by nested loops over all rows where there
            // are none.
            var sql = $"WITH broken AS MATERIALIZED ({invariant.Sql}) SELECT * FROM broken LIMIT {MaxRows + 1}";
            var rows = await db.ReadWholeAsync(s => s.QueryAsync(sql, Show), ct);
            if (rows.Count > 0)
            {
                findings.Add(new Finding(invariant.Name, [.. rows.Take(MaxRows)], rows.Count > MaxRows));
            }
        }

        return findings;
    }

    /// <summary>Runs the repair in one transaction. Returns a line for each change.</summary>
    public static Task<IReadOnlyList<string>> RepairAsync(Db db, Repair repair, CancellationToken ct = default) => db.WriteAsync(async tx =>
    {
        await tx.ForWholeTablesAsync();
        return await repair.RunAsync(tx);
    }, ct);

    private static string Show(Row row) =>
        string.Join(", ", Enumerable.Range(0, row.Count).Select(i => $"{row.Name(i)}={Show(row.Any(i))}"));

    private static string Show(object? value) => value switch
    {
        null => "null",
        byte[] bytes => Convert.ToHexStringLower(bytes),
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
