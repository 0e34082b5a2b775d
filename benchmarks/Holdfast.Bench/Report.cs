using System.Globalization;
using System.Text;

namespace Holdfast.Bench;

/// <summary>A line of the table: what is measured, what it must reach, and from which series it follows.</summary>
internal sealed record TableRow(
    string Name, string Title, string AtLeast, string AimFor, Func<Measurements, string> Measured, Func<Measurements, bool> Holds);

/// <summary>The table, ready for docs/performance.md.</summary>
internal static class Report
{
    private const string Begin = "<!-- begin: written by ./bench -->";
    private const string End = "<!-- end: written by ./bench -->";

    public static readonly TableRow[] Rows =
    [
        Ratio("in-process", "orders/s, one hot item, engine in process / pgbench, one function per order", 6, 15, Names.EngineHot,
            Names.PgbenchHot),
        Ratio("http", "orders/s, one hot item, over HTTP / the same pgbench", 3, 6, Names.HttpHot, Names.PgbenchHot),
        Ratio("http-items", "orders/s, 1,000 items, over HTTP / pgbench over 1,000 items", 1, 2, Names.HttpItems, Names.PgbenchItems),
        Ratio("hot-items", "hot item / 1,000 items, both over HTTP", 0.9, 1, Names.HttpHot, Names.HttpItems),
        Ratio("refusals", "sold-out refusals/s over HTTP / bare Kestrel parsing the same body", 0.5, 0.8, Names.Refusals, Names.Kestrel),
        Ratio("sqlite", "SQLite: batched / one commit per order", 10, 20, Names.SqliteBatched, Names.SqliteSingle),
        Ratio("million", "orders/s with 1,000,000 orders in the database / with none", 0.8, 0.95, Names.EngineFull, Names.EngineEmpty),
        Ratio("charges", "orders/s, one hot item, with a code and points / without, engine in process", 0.7, 0.7, Names.EngineCharged,
            Names.EnginePlain),
        Ratio("attempts", "orders/s, one hot item, engine in process, with attempt rows / without", 0.98, 1, Names.EngineAttempts,
            Names.EngineNoAttempts),
        AtMost("fairness", "p99 of a quiet store's orders beside a busy store / alone, engine in process", 3, "ms", Names.QuietBeside,
            Names.QuietAlone),
        Ratio("cached", "reads/s of a cached product over HTTP / bare Kestrel writing the same bytes", 0.8, 0.95, Names.CachedProduct,
            Names.BareProduct),
        Ratio("cached", "the same while the item sells at full rate / bare Kestrel while it does", 0.5, 0.8, Names.CachedHot,
            Names.BareHot),
        new("cached", "what was served of the selling item was outdated at most", "1,000 ms", "400 ms",
            m => $"{Measurements.Show(m.Median(Names.Staleness))} ms",
            m => m.Median(Names.Staleness) <= 1000),
        Ratio("cached", "reads/s of a cached order with its owner's token / bare Kestrel writing the same bytes", 0.7, 0.9,
            Names.CachedOrder, Names.BareOrder),
        new("cached", "a hit in memory", "500 ns", "200 ns",
            m => $"{Measurements.Show(m.Median(Names.MemoryHit))} ns",
            m => m.Median(Names.MemoryHit) < 500),
        new("cached", "checking a token again, as a share of a cached read at its highest rate", "5%", "2%",
            m => $"{Share(m):P1} ({Measurements.Show(m.Median(Names.TokenCheck))} ns of "
            + $"{Measurements.Show(1e9 / m.Median(Names.CachedProduct))} ns)",
            m => Share(m) < 0.05),
        Ratio("cached", "reads/s from Redis, memory off / from the database", 3, 5, Names.RedisHit, Names.DatabaseRead),
        Ratio("cached", "orders/s, one hot item, over HTTP with Redis dead / alive", 0.95, 1, Names.PlacingRedisDead,
            Names.PlacingRedisAlive),
        Ratio("events", "events/s relayed to RabbitMQ with confirms / a bare publisher of the same messages with the same window", 0.6, 0.8,
            Names.Relayed, Names.BarePublisher),
        Ratio("events", "orders/s, one hot item, over HTTP with the relay / without", 0.8, 0.9, Names.PlacingRelayed,
            Names.PlacingUnrelayed),
        new("events", "p99 from commit to a consumer of RabbitMQ at half load", "100 ms", "50 ms",
            m => $"{Measurements.Show(m.Median(Names.LagP99))} ms",
            m => m.Median(Names.LagP99) <= 100),
        new("million", "the server's memory through a million orders over HTTP", "500 MB", "",
            m => $"{Measurements.Show(m.Median(Names.Memory))} MB",
            m => m.Median(Names.Memory) < 500),
        Verify("SQLite", Names.VerifySqlite, Names.VerifySqliteMemory),
        Verify("PostgreSQL", Names.VerifyPostgres, Names.VerifyPostgresMemory),
        new("p99", "p99 of placing at 70% of the maximum load", "50 ms", "5 x fsync p99 + 5 ms",
            m => $"{Measurements.Show(m.Median(Names.OpenP99))} ms (aim: {Measurements.Show(5 * m.Median(Names.FsyncP99) + 5)} ms)",
            m => m.Median(Names.OpenP99) <= 50),
    ];

    /// <summary>The table, the medians and every run.</summary>
    public static string Markdown(Measurements m, IReadOnlyList<string> names, string heading)
    {
        var text = new StringBuilder(heading);
        text.Append("\n\n| row | ratio | at least | aim for | measured | |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var row in Rows.Where(r => names.Contains(r.Name)))
        {
            var verdict = row.Holds(m) ? "holds" : "**falls short**";
            text.Append(CultureInfo.InvariantCulture,
                $"| `{row.Name}` | {row.Title} | {row.AtLeast} | {row.AimFor} | {row.Measured(m)} | {verdict} |\n");
        }

        text.Append("\n| series | median | every run | unit |\n| --- | --- | --- | --- |\n");
        foreach (var (name, unit, values) in m.Series)
        {
            var all = string.Join("; ", values.Select(Measurements.Show));
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {Measurements.Show(Statistics.Median(values))} | {all} | {unit} |\n");
        }

        text.Append("\n| beside them | |\n| --- | --- |\n");
        foreach (var (name, fact) in m.Facts)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {fact} |\n");
        }

        return text.ToString();
    }

    /// <summary>Replaces what the last run left in the page.</summary>
    public static void Update(string page, string markdown)
    {
        var text = File.ReadAllText(page);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin)
        {
            throw new BenchException($"{page} lacks the lines '{Begin}' and '{End}'");
        }

        File.WriteAllText(page, $"{text[..(begin + Begin.Length)]}\n{markdown}{text[end..]}");
    }

    private static double Share(Measurements m) => m.Median(Names.TokenCheck) * m.Median(Names.CachedProduct) / 1e9;

    private static TableRow Verify(string database, string time, string memory) =>
        new("verify", $"holdfast verify of 1,000,000 orders on {database}", "120 s, 300 MB", "60 s",
            m => $"{Measurements.Show(m.Median(time))} s, {Measurements.Show(m.Median(memory))} MB",
            m => m.Median(time) <= 120 && m.Median(memory) <= 300);

    private static TableRow Ratio(string name, string title, double atLeast, double aimFor, string over, string under) =>
        new(name, title, atLeast.ToString(CultureInfo.InvariantCulture), aimFor.ToString(CultureInfo.InvariantCulture),
            m => $"**{Measurements.Show(m.Ratio(over, under))}** ({Measurements.Show(m.Median(over))} / "
            + $"{Measurements.Show(m.Median(under))})",
            m => m.Ratio(over, under) >= atLeast);

    private static TableRow AtMost(string name, string title, double atMost, string unit, string over, string under) =>
        new(name, title, string.Create(CultureInfo.InvariantCulture, $"at most {atMost}"), "",
            m => $"**{Measurements.Show(m.Ratio(over, under))}** "
                + $"({Measurements.Show(m.Median(over))} {unit} / {Measurements.Show(m.Median(under))} {unit})",
            m => m.Ratio(over, under) <= atMost);
}
