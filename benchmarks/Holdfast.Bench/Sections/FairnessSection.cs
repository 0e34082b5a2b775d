namespace Holdfast.Bench.Sections;

/// <summary>How long the orders of a quiet store take while another store is as busy as can be, and how long they take alone.</summary>
internal sealed class FairnessSection(Bench bench)
{
    private const string Database = "fairness";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public async Task RunAsync()
    {
        Bench.Say("A quiet store beside a busy one");
        await using var engine = await Engine.OpenAsync(bench.Cluster.Url(await bench.CreateAsync(Database)));
        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            await Snapshot.RestoreAsync(bench.Cluster, Database);
            bench.Numbers.Add(Names.QuietAlone, "ms", Statistics.Percentile([.. await engine.RunQuietAsync(WarmUp, bench.Options.Measured)], 0.99));
            await Snapshot.RestoreAsync(bench.Cluster, Database);
            var busy = engine.RunAsync(1, bench.Options.Submitters, WarmUp, bench.Options.Measured);
            var quiet = await engine.RunQuietAsync(WarmUp, bench.Options.Measured);
            bench.Numbers.Add(Names.BusyBeside, "orders/s", (await busy).PerSecond);
            bench.Numbers.Add(Names.QuietBeside, "ms", Statistics.Percentile([.. quiet], 0.99));
        }
    }
}
