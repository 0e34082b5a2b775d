namespace Holdfast.Bench.Sections;

/// <summary>What the rows of attempts cost, by which the outcome of a lost COMMIT is found out: the same engine with and without.</summary>
internal sealed class AttemptsSection(Bench bench)
{
    private const string Database = "attempts";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public async Task RunAsync()
    {
        Bench.Say("Attempts");
        await using var with = await Engine.OpenAsync(bench.Cluster.Url(await bench.CreateAsync(Database)));
        await using var without = await Engine.OpenAsync(bench.Cluster.Url(Database), attempts: false);
        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            foreach (var (series, engine) in new[] { (Names.EngineAttempts, with), (Names.EngineNoAttempts, without) })
            {
                await bench.RunAsync(series, Database, async () => (await engine.RunAsync(1, bench.Options.Submitters, WarmUp, bench.Options.Measured)).PerSecond);
            }
        }
    }
}
