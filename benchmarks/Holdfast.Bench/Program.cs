using System.Diagnostics;
using System.Globalization;
using Holdfast.Bench.Sections;

namespace Holdfast.Bench;

/// <summary>Exit codes: 0 measured, 1 a row falls short, 2 it could not be measured.</summary>
internal static class Program
{
    /// <summary>The share of the processors that may be busy before the start; above it, something else is at work.</summary>
    private const double Quiet = 0.1;

    private static async Task<int> Main(string[] args)
    {
        try
        {
            var options = Options.Parse(args);
            if (options.ShowHelp)
            {
                Console.WriteLine(Options.Help);
                return 0;
            }

            return options.BareKestrel ? await BareKestrel.RunAsync(options.Port, options.AnswerBytes)
                : options.Profile is not null ? await Profile.RunAsync(options)
                : await MeasureAsync(options);
        }
        catch (Exception e) when (e is BenchException or ArgumentException)
        {
            await Console.Error.WriteLineAsync($"bench: {e.Message}");
            return 2;
        }
    }

    private static async Task<int> MeasureAsync(Options options)
    {
        var clock = Stopwatch.StartNew();
        var started = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var busy = await Machine.BusyAsync();
        var root = Environment.GetEnvironmentVariable("HOLDFAST_ROOT") ?? Directory.GetCurrentDirectory();
        var numbers = new Measurements(Path.Combine(root, "benchmarks", "raw-numbers.csv"), started);
        bool whole;
        await using (var guard = new Guard(options.Folder))
        await using (var cluster = await Cluster.StartAsync(guard))
        {
            await Machine.DescribeAsync(numbers, options, cluster);
            whole = await SectionsAsync(new Bench(options, guard, cluster, numbers));
        }

        numbers.Note("all of it took", $"{clock.Elapsed.TotalMinutes:0.0} minutes");
        var heading =
            $"Measured on {started[..10]} at {started[11..16]} UTC{(options.Quick ? " with `./bench --quick`" : "")}: medians of "
            + $"{options.Runs} "
            + $"interleaved runs of {options.Measured.TotalSeconds:0} s; {Measurements.Show(options.Orders)} orders in the full database."
            + (busy > Quiet
            ? $" **The machine was not quiet ({busy:P0} of its processors busy before the start): these numbers say little.**" : "");
        var markdown = Report.Markdown(numbers, options.Only, heading);
        Console.WriteLine($"\n{markdown}");
        if (options.UpdateDocs)
        {
            Report.Update(Path.Combine(root, "docs", "performance.md"), markdown);
        }

        return !whole ? 2 : Report.Rows.Where(r => options.Only.Contains(r.Name)).All(r => r.Holds(numbers)) ? 0 : 1;
    }

    /// <summary>Runs the sections that the rows need. One that cannot be measured is named in the result, and the others go on.</summary>
    private static async Task<bool> SectionsAsync(Bench bench)
    {
        (string[] Rows, Func<Task> Run)[] sections =
        [
            (["in-process", "http", "http-items", "hot-items", "p99"], () => new OrdersSection(bench).RunAsync()),
            (["refusals"], () => new RefusalsSection(bench).RunAsync()),
            (["sqlite"], () => new SqliteSection(bench).RunAsync()),
            (["charges"], () => new ChargesSection(bench).RunAsync()),
            (["attempts"], () => new AttemptsSection(bench).RunAsync()),
            (["fairness"], () => new FairnessSection(bench).RunAsync()),
            (["cached"], () => new CachedReadsSection(bench).RunAsync()),
            (["events"], () => new EventsSection(bench).RunAsync()),
            (["million"], () => new MillionSection(bench).RunAsync()),
            (["verify"], () => new VerifySection(bench).RunAsync()),
        ];
        var whole = true;
        foreach (var (rows, run) in sections.Where(s => bench.Wants(s.Rows)))
        {
            try
            {
                await run();
            }
            catch (Exception e) when (e is BenchException or TimeoutException or IOException or System.Data.Common.DbException)
            {
                whole = false;
                bench.Numbers.Note($"NOT MEASURED: {string.Join(", ", rows)}", e.Message.ReplaceLineEndings(" "));
            }
        }

        return whole;
    }
}
