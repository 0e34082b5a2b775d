using Holdfast.Platform.Data;

namespace Holdfast.Tests.Compliance;

/// <summary>Tables of a test's own.</summary>
internal static class Scratch
{
    /// <summary>Makes a table with the columns, in the portable types of migrations; its name.</summary>
    public static async Task<string> TableAsync(Db db, string columns)
    {
        var name = $"scratch_{Guid.CreateVersion7():N}";
        var ddl = Sql.Statements($"CREATE TABLE {name} ({columns})", db.Name == "sqlite").Single();
        await db.WriteAsync(tx => tx.ExecuteAsync(ddl));
        return name;
    }

    /// <summary>A table (id int, n bigint) with rows 1..count of n = 0.</summary>
    public static async Task<string> CountersAsync(Db db, int count)
    {
        var table = await TableAsync(db, "id int PRIMARY KEY, n bigint NOT NULL");
        await db.WriteAsync(async tx =>
        {
            var rows = new RowSet(table, new("id", ColumnType.Int), new("n", ColumnType.Long));
            for (var i = 1; i <= count; i++)
            {
                rows.Add(i).Add(0L);
            }

            var batch = tx.Batch();
            batch.Insert(rows);
            await batch.RunAsync();
        });
        return table;
    }

    public static Task<long> CountAsync(Db db, string table) =>
        db.ReadAsync(s => s.FirstAsync($"SELECT COUNT(*) FROM {table}", r => r.Long(0)));

    public static Task<long> SumAsync(Db db, string table) =>
        db.ReadAsync(s => s.FirstAsync($"SELECT COALESCE(SUM(n), 0) FROM {table}", r => r.Long(0)));
}
