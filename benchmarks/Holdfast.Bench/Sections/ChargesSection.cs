namespace Holdfast.Bench.Sections;

/// <summary>
/// What a discount code and points cost, and limits on unpaid orders: the same engine and accounts, with and without. Everybody uses the
/// one code.
/// </summary>
internal sealed class ChargesSection(Bench bench)
{
    private const string Database = "charges";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public async Task RunAsync()
    {
        Bench.Say("A code and points");
        await using var engine = await Engine.OpenAsync(bench.Cluster.Url(await bench.CreateAsync(Database)));
        await using var capped = await Engine.OpenAsync(bench.Cluster.Url(Database), capped: true);
        (string Series, Engine Engine, Buyers Buyers)[] sides =
            [(Names.EnginePlain, engine, Buyers.Accounts), (Names.EngineCharged, engine, Buyers.WithCodeAndPoints),
            (Names.EngineNewcomers, engine, Buyers.Newcomers), (Names.EngineCapped, capped, Buyers.Newcomers)];
        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            foreach (var (series, side, buyers) in sides)
            {
                await bench.RunAsync(series, Database,
                    async () => (await side.RunAsync(1, bench.Options.Submitters, WarmUp, bench.Options.Measured, buyers)).PerSecond);
            }
        }
    }
}
