namespace Holdfast.Bench.Sections;

/// <summary>How long placing takes when the server is busy but not overrun, beside what the disk takes.</summary>
internal sealed class LatencySection(Bench bench, ServerProcess server, string database)
{
    private const double Share = 0.7;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public async Task RunAsync()
    {
        var rate = Share * bench.Numbers.Median(Names.HttpHot);
        Bench.Say($"Latency at {rate:0} orders/s");
        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            bench.Numbers.Add(Names.FsyncP99, "ms", Fsync.Measure(bench.Guard.Folder).P99);
            await Snapshot.RestoreAsync(bench.Cluster, database);
            var result = await new OpenLoop(server.Port, rate).RunAsync(WarmUp, bench.Options.Measured);
            if (result.Other > 0)
            {
                throw new BenchException($"not every order was placed: {result}");
            }

            bench.Numbers.Add(Names.OpenP50, "ms", result.P50Milliseconds);
            bench.Numbers.Add(Names.OpenP99, "ms", result.P99Milliseconds);
        }

        bench.Numbers.Note("the open loop's rate", $"{Measurements.Show(rate)} orders/s");
    }
}
