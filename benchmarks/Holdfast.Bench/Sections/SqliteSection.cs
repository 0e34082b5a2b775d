using Holdfast.Platform.Data;

namespace Holdfast.Bench.Sections;

/// <summary>
/// The default database: the same engine, with batches and with one commit for each order, both with <c>synchronous=FULL</c>.
/// </summary>
internal sealed class SqliteSection(Bench bench)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public async Task RunAsync()
    {
        Bench.Say("SQLite");
        var opened = Path.Combine(bench.Guard.Folder, "opened.db");
        await using (var db = Db.Open($"sqlite:{opened}"))
        {
            await Shop.OpenAsync(db);
        }

        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            bench.Numbers.Add(Names.SqliteBatched, "orders/s", await PlaceAsync(opened, 0));
            bench.Numbers.Add(Names.SqliteSingle, "orders/s", await PlaceAsync(opened, 1));
        }
    }

    private async Task<double> PlaceAsync(string opened, int maxBatch)
    {
        var path = Path.Combine(bench.Guard.Folder, "run.db");
        foreach (var ending in new[] { "", "-wal", "-shm" })
        {
            File.Delete(path + ending);
        }

        File.Copy(opened, path);
        await using var engine = await Engine.OpenAsync($"sqlite:{path}", maxBatch);
        return (await engine.RunAsync(1, bench.Options.Submitters, WarmUp, bench.Options.Measured)).PerSecond;
    }
}
