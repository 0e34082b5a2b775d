using System.Diagnostics;

namespace Holdfast.Bench.Sections;

/// <summary>
/// A million orders, placed over HTTP while the server's memory is watched; then the engine on that database beside it on an empty one.
/// </summary>
internal sealed class MillionSection(Bench bench)
{
    private const string Full = "filled";
    private const string Empty = "emptied";
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FillAtMost = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan DrainAtMost = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(10);

    public async Task RunAsync()
    {
        Bench.Say($"{bench.Options.Orders:#,0} orders");
        await bench.CreateAsync(Full);
        await bench.CreateAsync(Empty);
        await FillAsync();
        // What autovacuum would do in the hours that a million orders take elsewhere.
        await bench.Cluster.ExecuteAsync(Full, "VACUUM ANALYZE");
        await bench.Cluster.ExecuteAsync(Full, "CHECKPOINT");
        await using var full = await Engine.OpenAsync(bench.Cluster.Url(Full));
        await using var empty = await Engine.OpenAsync(bench.Cluster.Url(Empty));
        await full.RunAsync(1, bench.Options.Submitters, TimeSpan.Zero, FirstWarmUp);
        await empty.RunAsync(1, bench.Options.Submitters, TimeSpan.Zero, FirstWarmUp);
        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            await bench.Cluster.ExecuteAsync(Full, "CHECKPOINT");
            bench.Numbers.Add(Names.EngineFull, "orders/s", await PlaceAsync(full));
            await Snapshot.RestoreAsync(bench.Cluster, Empty);
            bench.Numbers.Add(Names.EngineEmpty, "orders/s", await PlaceAsync(empty));
        }
    }

    private async Task<double> PlaceAsync(Engine engine) =>
        (await engine.RunAsync(1, bench.Options.Submitters, WarmUp, bench.Options.Measured)).PerSecond;

    private async Task FillAsync()
    {
        await using var server = await ServerProcess.HoldfastAsync(bench.Cluster.Url(Full), bench.Guard);
        var clock = Stopwatch.StartNew();
        var placed = 0L;
        while (placed < bench.Options.Orders)
        {
            if (clock.Elapsed > FillAtMost)
            {
                throw new BenchException($"only {placed} orders in {FillAtMost.TotalMinutes} minutes");
            }

            var slice = await bench.Wrk.RunAsync(server.Port, Shop.Items, 0, Slice);
            placed += slice.Answers - slice.Refused;
        }

        var took = clock.Elapsed;
        await DrainAsync(clock);
        bench.Numbers.Note("filling over HTTP", $"{placed:#,0} orders over 1,000 items in {took.TotalSeconds:0} s; "
            + $"the relay ended {(clock.Elapsed - took).TotalSeconds:0} s later");
        bench.Numbers.Add(Names.Memory, "MB", server.PeakMemory / 1e6);
        var size = await bench.Cluster.ScalarAsync<long>(Full, "SELECT pg_database_size(current_database())");
        bench.Numbers.Note("the filled database", $"{size / 1e9:0.0} GB");
    }

    /// <summary>Waits until the relay has handed everything on, so that no work of the past is measured; three minutes at most.</summary>
    private async Task DrainAsync(Stopwatch clock)
    {
        for (var end = clock.Elapsed + DrainAtMost; clock.Elapsed < end;)
        {
            if (await bench.Cluster.ScalarAsync<bool>(Full, "SELECT NOT EXISTS (SELECT FROM outbox)"))
            {
                return;
            }

            await Task.Delay(500);
        }

        bench.Numbers.Note("the relay",
            $"had {await bench.Cluster.ScalarAsync<long>(Full, "SELECT count(*) FROM outbox"):#,0} events left then");
    }
}
