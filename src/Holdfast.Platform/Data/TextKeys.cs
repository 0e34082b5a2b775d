using Holdfast.Platform.Text;

namespace Holdfast.Platform.Data;

/// <summary>
/// Computes the keys by which names are compared (<see cref="UnicodeText.Key"/>) for rows whose key is missing or outdated. Rows whose keys
/// would be equal are not merged: the row that already has the key, or the oldest row, keeps it, and the others get a key of their own
/// (<see cref="Twin"/>) that no typed text can have. Each of them is reported, now and by <c>verify</c>.
/// </summary>
/// <param name="Table">With a column <c>id</c>.</param>
/// <param name="Text">The column with the name as it was written.</param>
/// <param name="Key">The column with its key.</param>
/// <param name="Scope">An expression of type text: keys are unique among rows with the same value of it.</param>
/// <param name="Where">A condition on the rows that have a key.</param>
/// <param name="What">What the rows are, for the report.</param>
/// <param name="Owner">The column of UUIDs whose text is <paramref name="Scope"/>, if there is an index on it and the key.</param>
public sealed record TextKeys(string Table, string Text, string Key, string Scope, string Where, string What, string? Owner = null)
{
    private const int PageSize = 1000;

    private sealed record KeyedText(Guid Id, string Text, string? Key, string Scope);

    /// <summary>A key of the row's own, for when another row already has the key.</summary>
    public static string Twin(string key, Guid id) => $"{key}\n{id}";

    /// <summary>The condition, in SQL, that a key is a <see cref="Twin"/>.</summary>
    public static string IsTwin(string column) => $"{column} LIKE '%\n%'";

    /// <summary>
    /// Recomputes the keys of all rows. Returns one line for each that has a twin, or whose name <paramref name="keyOf"/> no longer
    /// accepts.
    /// </summary>
    /// <param name="keyOf">The key of a name; null leaves the row as it is.</param>
    public async Task<IReadOnlyList<string>> RecomputeAsync(Tx tx, Func<string, string?> keyOf)
    {
        var report = new List<string>();
        var last = Guid.Empty;
        while (true)
        {
            var page = await tx.QueryAsync(
                $"SELECT id, {Text}, {Key}, {Scope} FROM {Table} WHERE id > $1 AND {Where} ORDER BY id LIMIT {PageSize}",
                r => new KeyedText(r.Uuid(0), r.Text(1), r.TextOrNull(2), r.Text(3)), last);
            if (page.Count == 0)
            {
                return report;
            }

            await RecomputeAsync(tx, page, keyOf, report);
            last = page[^1].Id;
        }
    }

    private async Task RecomputeAsync(Tx tx, List<KeyedText> page, Func<string, string?> keyOf, List<string> report)
    {
        var changes = new List<(KeyedText Row, string Key)>();
        foreach (var row in page)
        {
            if (keyOf(row.Text) is not { } key)
            {
                report.Add($"{What} {row.Id} '{row.Text}': is no longer taken, and stays as it is");
            }
            else if (row.Key != key && row.Key != Twin(key, row.Id))
            {
                changes.Add((row, key));
            }
        }

        if (changes.Count == 0)
        {
            return;
        }

        var keys = changes.Select(c => c.Key).Distinct().ToArray();
        var owners = Owner is null ? [] : changes.Select(c => c.Row.Scope).Distinct().Select(Guid.Parse).ToArray();
        var holders = await tx.QueryAsync(
            $"SELECT {Key}, {Scope}, id FROM {Table} WHERE {Where} AND {Key} {{in $1}}{(Owner is null ? "" : $" AND {Owner} {{in $2}}")}",
            r => (Key: r.Text(0), Scope: r.Text(1), Id: r.Uuid(2)), Owner is null ? [keys] : [keys, owners]);
        var taken = holders.ToDictionary(h => (h.Scope, h.Key), h => h.Id);
        var rows = new RowSet(Table, new("id", ColumnType.Uuid), new("new_key", ColumnType.Text));
        foreach (var (row, key) in changes)
        {
            var isFree = taken.TryAdd((row.Scope, key), row.Id);
            rows.Add(row.Id).Add(isFree ? key : Twin(key, row.Id));
            if (!isFree)
            {
                report.Add($"{What} {row.Id} '{row.Text}': differs only in its writing from {taken[(row.Scope, key)]}; rename one of them");
            }
        }

        var batch = tx.Batch();
        batch.ChangeEach(rows, $"UPDATE {Table} SET {Key} = {{v.new_key}} WHERE {Table}.id = {{v.id}}");
        await batch.RunAsync();
    }
}
