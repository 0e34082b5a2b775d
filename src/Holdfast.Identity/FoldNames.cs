using Holdfast.Platform.Data;
using Microsoft.Extensions.Logging;

namespace Holdfast.Identity;

/// <summary>
/// Makes names findable without accents that were written before names were folded, or by an older binary beside this one: bounded batches over an index, by any
/// number of workers.
/// </summary>
internal sealed class FoldNames(Db db, ILogger<FoldNames> log) : Sweep(Pause, BatchSize, log)
{
    private const int BatchSize = 500;
    private const string Due = "SELECT id, name FROM users WHERE (name IS NULL) <> (name_folded IS NULL) ORDER BY id LIMIT";
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    /// <summary>Folds at most one batch of names, and empties what an older binary left of one that is gone; how many it were.</summary>
    public override async Task<int> SweepOnceAsync(CancellationToken ct = default)
    {
        // A look first: an idle system takes no write lock for nothing.
        var due = await db.ReadAsync(s => s.QueryAsync($"{Due} 1", r => r.Uuid(0)), ct).ConfigureAwait(false);
        return due.Count == 0 ? 0 : await db.WriteAsync(async tx =>
        {
            // Those that somebody holds are seen to next time.
            var found = await tx.QueryAsync($"{Due} {BatchSize} {{skip locked}}", r => (Id: r.Uuid(0), Name: r.TextOrNull(1))).ConfigureAwait(false);
            var batch = tx.Batch();
            found.ForEach(u => batch.Execute("UPDATE users SET name_folded = $2{as text} WHERE id = $1", u.Id, CustomerSearch.Fold(u.Name)));
            await batch.RunAsync().ConfigureAwait(false);
            return found.Count;
        }, ct).ConfigureAwait(false);
    }
}
