namespace Holdfast.Bench.Sections;

/// <summary>What a discount code and points cost: the same engine and the same accounts, with both and without. Everybody uses the one code.</summary>
internal sealed class ChargesSection(Bench bench)
{
    private const string Database = "charges";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public async Task RunAsync()
    {
        Bench.Say("A code and points");
        await using var engine = await Engine.OpenAsync(bench.Cluster.Url(await bench.CreateAsync(Database)));
        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            foreach (var (series, buyers) in new[] { (Names.EnginePlain, Buyers.Accounts), (Names.EngineCharged, Buyers.WithCodeAndPoints) })
            {
                await bench.RunAsync(series, Database, async () => (await engine.RunAsync(1, bench.Options.Submitters, WarmUp, bench.Options.Measured, buyers)).PerSecond);
            }
        }
    }
}
