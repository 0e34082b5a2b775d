using Holdfast.Platform.Data;

namespace Holdfast.Bench;

/// <summary>What the sections share: the options, the database server, the numbers.</summary>
internal sealed class Bench(Options options, Guard guard, Cluster cluster, Measurements numbers)
{
    /// <summary>Where place.sql and place.lua are, beside the program.</summary>
    private static readonly string Scripts = Path.Combine(AppContext.BaseDirectory, "scripts");

    private readonly Dictionary<string, Footprint> _footprints = [];

    public Options Options { get; } = options;

    public Guard Guard { get; } = guard;

    public Cluster Cluster { get; } = cluster;

    public Measurements Numbers { get; } = numbers;

    public Wrk Wrk { get; } = new(Path.Combine(Scripts, "wrk"));

    public bool Wants(params string[] rows) => rows.Any(Options.Only.Contains);

    /// <summary>Creates a database with the shop in it and remembers its state; returns its name.</summary>
    public async Task<string> CreateAsync(string database)
    {
        await Cluster.ExecuteAsync("postgres", $"CREATE DATABASE {database}");
        await using (var db = Db.Open(Cluster.Url(database)))
        {
            await Shop.OpenAsync(db);
        }

        await Snapshot.TakeAsync(Cluster, database);
        await Snapshot.RestoreAsync(Cluster, database);
        return database;
    }

    public async Task<Pgbench> BaselineAsync()
    {
        await CreateAsync("baseline");
        await Cluster.ExecuteAsync("baseline", await File.ReadAllTextAsync(Path.Combine(Scripts, "pgbench", "schema.sql")));
        return new(Cluster, "baseline", Path.Combine(Scripts, "pgbench"));
    }

    /// <summary>
    /// Measures one run on a database that is as the shop was opened, then says which rows an order wrote and how much write-ahead log, and
    /// checks that what is reserved is what was ordered.
    /// </summary>
    /// <param name="run">Returns what is measured, in <paramref name="unit"/>.</param>
    public async Task RunAsync(string series, string database, Func<Task<double>> run, string unit = "orders/s")
    {
        await Snapshot.RestoreAsync(Cluster, database);
        var before = await WalAsync(database);
        Numbers.Add(series, unit, await run());
        // What was under way when the clients hung up is committed a moment later.
        await Task.Delay(500);
        var wal = await WalAsync(database) - before;
        var footprint = _footprints[series] = await Audit.FootprintAsync(Cluster, database, wal);
        Numbers.Note($"an order's rows and log: {series}", $"{footprint}");
    }

    /// <summary>
    /// Throws unless the sides that were measured wrote the same rows: then the baseline has fallen behind the migrations.
    /// </summary>
    public void CheckSameWork(string one, string other)
    {
        if (_footprints.TryGetValue(one, out var a) && _footprints.TryGetValue(other, out var b) && !a.IsLike(b))
        {
            throw new BenchException(
                $"the sides do not write the same; change benchmarks/pgbench/schema.sql\n  {one}: {a}\n  {other}: {b}");
        }
    }

    public static void Say(string line) => Console.WriteLine(line);

    private Task<double> WalAsync(string database) =>
        Cluster.ScalarAsync<double>(database, "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::float8");
}
