using Holdfast.Platform.Data;

namespace Holdfast.Platform.Caching.Redis;

/// <summary>The rows of <c>cache_invalidations</c>: keys that commits have invalidated and that Redis may not have dropped yet.</summary>
internal sealed class InvalidationTable(Db db, Invalidations invalidations, RedisLink link)
{
    /// <summary>The age from which other processes handle a row: its own process does so sooner, if it can.</summary>
    private static readonly TimeSpan Overdue = TimeSpan.FromMilliseconds(400);

    private const int AtOnce = 500;
    private const int FoldFrom = 300;
    private const int MaxNames = 5000;

    private const string Select = "SELECT id, names, created_at FROM cache_invalidations ORDER BY id LIMIT 500";

    private sealed record InvalidationRow(Guid Id, string Names, DateTime CreatedAt);

    /// <summary>Deletes rows that this process or another has handled.</summary>
    public static Task DeleteAsync(Db db, IReadOnlyCollection<Guid> ids) =>
        db.WriteAsync(tx => tx.ExecuteAsync("DELETE FROM cache_invalidations WHERE id {in $1}", ids.ToArray()));

    /// <summary>
    /// Handles the rows that others have left. If Redis cannot be reached, merges the rows so that they do not become many.
    /// </summary>
    public async Task SweepAsync()
    {
        var (rows, now) = await ReadAsync();
        var overdue = rows.Where(r => r.CreatedAt < now - Overdue).ToList();
        if (overdue.Count == 0 || (!link.IsUsable && overdue.Count < FoldFrom))
        {
            return;
        }

        await (link.IsUsable ? DoAsync(overdue) : FoldAsync(overdue));
    }

    /// <summary>
    /// Drops the names of all rows, handled or not: for a Redis that could not be reached for a while and still holds outdated documents.
    /// </summary>
    public async Task<bool> DropAllAsync()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var after = Guid.Empty;
        while (names.Count <= MaxNames)
        {
            var rows = await db.ReadAsync(s =>
                s.QueryAsync("SELECT id, names FROM cache_invalidations WHERE id > $1 ORDER BY id LIMIT 500",
                r => (Id: r.Uuid(0), Names: r.Text(1)), after));
            rows.ForEach(r => names.UnionWith(r.Names.Split('\n')));
            if (rows.Count < AtOnce)
            {
                return await invalidations.DropAsync(names);
            }

            after = rows[^1].Id;
        }

        return await invalidations.DropAsync([InvalidatedKeys.Everything]);
    }

    private async Task<(List<InvalidationRow> Rows, DateTime Now)> ReadAsync() => await db.ReadAsync(async s =>
    {
        var batch = s.Batch();
        var rows = batch.Query(Select, r => new InvalidationRow(r.Uuid(0), r.Text(1), r.Time(2)));
        var now = batch.Now();
        await batch.RunAsync();
        return (rows.Rows, now.Rows[0]);
    });

    private async Task DoAsync(List<InvalidationRow> rows)
    {
        // Several processes may do the same rows at once, which drops names twice and does no harm.
        if (await invalidations.DropAsync([.. rows.SelectMany(r => r.Names.Split('\n')).Distinct()]))
        {
            await DeleteAsync(db, [.. rows.Select(r => r.Id)]);
        }
    }

    /// <summary>Merges many rows into one with all their names; if there are too many names, into one that stands for everything.</summary>
    private Task FoldAsync(List<InvalidationRow> rows) => db.WriteAsync(async tx =>
    {
        var locked = await tx.QueryAsync("SELECT id, names, created_at FROM cache_invalidations WHERE id {in $1} ORDER BY id {skip locked}",
            r => new InvalidationRow(r.Uuid(0), r.Text(1), r.Time(2)), rows.Select(r => r.Id).ToArray());
        if (locked.Count < 2)
        {
            return;
        }

        var names = locked.SelectMany(r => r.Names.Split('\n')).Distinct(StringComparer.Ordinal).ToList();
        var text = names.Count > MaxNames || names.Contains(InvalidatedKeys.Everything) ? InvalidatedKeys.Everything
            : string.Join('\n', names);
        await tx.ExecuteAsync("UPDATE cache_invalidations SET names = $2 WHERE id = $1", locked[0].Id, text);
        await tx.ExecuteAsync("DELETE FROM cache_invalidations WHERE id {in $1}", locked.Skip(1).Select(r => r.Id).ToArray());
    });
}
