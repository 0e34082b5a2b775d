namespace Holdfast.Bench.Sections;

/// <summary>
/// Orders per second: the engine in process and over HTTP, beside pgbench; hot item and 1,000 items. Five sides, taken in turn.
/// </summary>
internal sealed class OrdersSection(Bench bench)
{
    private const string Baseline = "baseline";
    private const string InProcess = "in_process";
    private const string OverHttp = "over_http";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(8);

    private readonly TimeSpan _measured = bench.Options.Measured;

    public async Task RunAsync()
    {
        var (hot, items) = (bench.Wants("in-process", "http"), bench.Wants("http-items"));
        var sides = new List<(string Series, string Database, Func<Task<double>> Run)>();
        if (hot || items)
        {
            var pgbench = await bench.BaselineAsync();
            if (hot)
            {
                var clients = await BestClientsAsync(pgbench, 1);
                sides.Add((Names.PgbenchHot, Baseline, () => pgbench.RunAsync("place.sql", 1, clients, _measured)));
            }

            if (items)
            {
                var clients = await BestClientsAsync(pgbench, Shop.Items);
                sides.Add((Names.PgbenchItems, Baseline, () => pgbench.RunAsync("place.sql", Shop.Items, clients, _measured)));
            }
        }

        await using var engine = bench.Wants("in-process") ? await Engine.OpenAsync(bench.Cluster.Url(await bench.CreateAsync(InProcess)))
            : null;
        if (engine is not null)
        {
            await engine.RunAsync(1, bench.Options.Submitters, TimeSpan.Zero, FirstWarmUp);
            sides.Add((Names.EngineHot, InProcess,
                async () => (await engine.RunAsync(1, bench.Options.Submitters, WarmUp, _measured)).PerSecond));
        }

        await using var server = bench.Wants("http", "http-items", "hot-items", "p99")
            ? await ServerProcess.HoldfastAsync(bench.Cluster.Url(await bench.CreateAsync(OverHttp)), bench.Guard) : null;
        if (server is not null)
        {
            await bench.Wrk.RunAsync(server.Port, 1, 0, FirstWarmUp);
            AddHttp(sides, server);
        }

        await RoundsAsync(sides);
        if (server is not null && bench.Wants("p99"))
        {
            await new LatencySection(bench, server, OverHttp).RunAsync();
        }
    }

    private void AddHttp(List<(string Series, string Database, Func<Task<double>> Run)> sides, ServerProcess server)
    {
        sides.Add((Names.HttpHot, OverHttp, async () =>
        {
            var result = await PlaceAsync(server, 1);
            bench.Numbers.Add(Names.HttpHotP99, "ms", result.P99Milliseconds);
            return result.PerSecond;
        }
        ));
        if (bench.Wants("http-items", "hot-items"))
        {
            sides.Add((Names.HttpItems, OverHttp, async () => (await PlaceAsync(server, Shop.Items)).PerSecond));
        }
    }

    private async Task RoundsAsync(List<(string Series, string Database, Func<Task<double>> Run)> sides)
    {
        for (var round = 1; round <= bench.Options.Runs; round++)
        {
            Bench.Say($"Orders, round {round} of {bench.Options.Runs}");
            foreach (var (series, database, run) in sides)
            {
                await bench.RunAsync(series, database, run);
            }

            bench.CheckSameWork(Names.EngineHot, Names.PgbenchHot);
            bench.CheckSameWork(Names.HttpHot, Names.PgbenchHot);
            bench.CheckSameWork(Names.HttpItems, Names.PgbenchItems);
        }
    }

    private async Task<WrkResult> PlaceAsync(ServerProcess server, int items)
    {
        await bench.Wrk.RunAsync(server.Port, items, 0, WarmUp);
        var result = await bench.Wrk.RunAsync(server.Port, items, 0, _measured);
        return result.Refused + result.SocketErrors == 0 ? result : throw new BenchException($"not every order was placed: {result}");
    }

    /// <summary>Tries every client count twice, briefly, and takes the best.</summary>
    private async Task<int> BestClientsAsync(Pgbench pgbench, int items)
    {
        var brief = TimeSpan.FromSeconds(bench.Options.Quick ? 2 : 3);
        var found = new List<(int Clients, double Rate)>();
        foreach (var clients in bench.Options.Clients)
        {
            await Snapshot.RestoreAsync(bench.Cluster, Baseline);
            var first = await pgbench.RunAsync("place.sql", items, clients, brief);
            var second = await pgbench.RunAsync("place.sql", items, clients, brief);
            found.Add((clients, (first + second) / 2));
        }

        var best = found.MaxBy(f => f.Rate).Clients;
        var tried = string.Join(", ", found.Select(f => $"{f.Clients}: {Measurements.Show(f.Rate)}"));
        bench.Numbers.Note($"pgbench's clients, {(items == 1 ? "hot item" : "1000 items")}", $"{best} (orders/s by clients: {tried})");
        return best;
    }
}
