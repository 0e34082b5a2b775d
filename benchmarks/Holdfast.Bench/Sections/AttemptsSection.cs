namespace Holdfast.Bench.Sections;

/// <summary>
/// What it costs that each commit inserts the id of its attempt: two engines on one database, of which one leaves the ids out. The sides
/// take turns in beginning a round, so that neither is always measured later.
/// </summary>
internal sealed class AttemptsSection(Bench bench)
{
    private const string Database = "attempts";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(8);

    public async Task RunAsync()
    {
        Bench.Say("Attempts of commits");
        var url = bench.Cluster.Url(await bench.CreateAsync(Database));
        await using var with = await Engine.OpenAsync(url);
        await using var without = await Engine.OpenAsync(url, leavesAttempts: false);
        await with.RunAsync(1, bench.Options.Submitters, TimeSpan.Zero, FirstWarmUp);
        (string Series, Engine Engine, bool LeavesAttempts)[] sides =
            [(Names.EngineAttempts, with, true), (Names.EngineNoAttempts, without, false)];
        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            foreach (var (series, engine, leavesAttempts) in sides)
            {
                await bench.RunAsync(series, Database,
                    async () => (await engine.RunAsync(1, bench.Options.Submitters, WarmUp, bench.Options.Measured)).PerSecond);
                await CheckAsync(series, leavesAttempts);
            }

            Array.Reverse(sides);
        }
    }

    /// <summary>Throws where the run was not of the side that it should have been of; notes how many orders share a row.</summary>
    private async Task CheckAsync(string series, bool leavesAttempts)
    {
        // The shop was opened by a transaction with an attempt of its own.
        var attempts = await bench.Cluster.ScalarAsync<long>(Database,
            "SELECT (SELECT count(*) FROM public.commit_attempts) - (SELECT count(*) FROM snapshot.commit_attempts)");
        if (attempts > 0 != leavesAttempts)
        {
            throw new BenchException($"{series}: there are {attempts} attempts");
        }

        if (leavesAttempts)
        {
            var orders = await bench.Cluster.ScalarAsync<long>(Database, "SELECT count(*) FROM orders");
            bench.Numbers.Note("orders that share an attempt row", Measurements.Show((double)orders / attempts));
        }
    }
}
