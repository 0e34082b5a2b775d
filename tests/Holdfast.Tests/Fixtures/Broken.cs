using Holdfast.Platform.Data;

namespace Holdfast.Tests.Fixtures;

/// <summary>Which invariants do not hold, as a transaction sees it.</summary>
internal static class Broken
{
    public static async Task<List<string>> NamesAsync(Tx tx, IEnumerable<Invariant> invariants)
    {
        var broken = new List<string>();
        foreach (var invariant in invariants)
        {
            if ((await tx.QueryAsync(invariant.Sql, _ => 1)).Count > 0)
            {
                broken.Add(invariant.Name);
            }
        }

        return broken;
    }
}
