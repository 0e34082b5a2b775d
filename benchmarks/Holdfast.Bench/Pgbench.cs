using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Bench;

/// <summary>PostgreSQL's own load generator: what a server-side function per order reaches.</summary>
internal sealed partial class Pgbench(Cluster cluster, string database, string scripts)
{
    /// <summary>Orders per second of one run, without the time to connect; every transaction must have succeeded.</summary>
    public async Task<double> RunAsync(string script, int items, int clients, TimeSpan measured)
    {
        var seconds = Math.Max(1, (int)measured.TotalSeconds);
        var output = await Tool.RunAsync(measured + TimeSpan.FromSeconds(60), cluster.Program("pgbench"), "-h", cluster.SocketFolder, "-p",
            Text(cluster.Port), "-U", "postgres", "-n", "-M", "prepared", "-f", Path.Combine(scripts, script), "-D", $"items={items}",
            "-c", Text(clients), "-j", Text(Math.Min(2, clients)), "-T", Text(seconds), database);
        var failed = Failed().Match(output);
        if (failed.Success && failed.Groups[1].Value != "0")
        {
            throw new BenchException($"pgbench had {failed.Groups[1].Value} failed transactions");
        }

        var rate = Rate().Match(output);
        return rate.Success ? Tool.Number(rate.Groups[1].Value) : throw new BenchException($"pgbench printed no rate: {output}");
    }

    private static string Text(int n) => n.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"tps = ([\d.]+) \(without initial connection time\)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"number of failed transactions: (\d+)")]
    private static partial Regex Failed();
}
