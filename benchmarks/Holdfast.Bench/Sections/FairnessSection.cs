using System.Globalization;

namespace Holdfast.Bench.Sections;

/// <summary>
/// How long a store with one buyer waits because of a store with a thousand: one caller orders from the quiet store, alone, and while the
/// usual number of submitters order the hot item of the busy store from the same engine.
/// </summary>
internal sealed class FairnessSection(Bench bench)
{
    private const string Database = "fairness";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(8);

    private readonly TimeSpan _measured = bench.Options.Measured;

    public async Task RunAsync()
    {
        Bench.Say("A quiet store beside a busy one");
        await using var engine = await Engine.OpenAsync(bench.Cluster.Url(await bench.CreateAsync(Database)));
        await engine.RunAsync(1, bench.Options.Submitters, TimeSpan.Zero, FirstWarmUp);
        var (alone, beside) = (new List<double>(), new List<double>());
        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            await MeasureAsync(Names.QuietAloneRun, () => engine.RunQuietAsync(WarmUp, _measured), alone);
            await MeasureAsync(Names.QuietBesideRun, () => BesideAsync(engine), beside);
        }

        Tell(Names.QuietAlone, alone);
        Tell(Names.QuietBeside, beside);
    }

    private async Task<List<double>> BesideAsync(Engine engine)
    {
        var busy = engine.RunAsync(1, bench.Options.Submitters, WarmUp, _measured);
        var quiet = engine.RunQuietAsync(WarmUp, _measured);
        await Task.WhenAll(busy, quiet);
        bench.Numbers.Add(Names.BusyBeside, "orders/s", (await busy).PerSecond);
        return await quiet;
    }

    /// <summary>Measures one run and keeps its times with those of the others.</summary>
    private Task MeasureAsync(string series, Func<Task<List<double>>> run, List<double> all) => bench.RunAsync(series, Database, async () =>
    {
        var times = await run();
        all.AddRange(times);
        return Statistics.Percentile(times, 0.99);
    }, "ms");

    private void Tell(string series, List<double> times)
    {
        bench.Numbers.Add(series, "ms", Statistics.Percentile(times, 0.99));
        bench.Numbers.Note($"orders behind it: {series}", string.Create(CultureInfo.InvariantCulture,
            $"{times.Count}; p50 {Statistics.Percentile(times, 0.5):0.00} ms, at most {times.Max():0.00} ms"));
    }
}
