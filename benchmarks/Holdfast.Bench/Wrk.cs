using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Bench;

/// <summary>What wrk saw.</summary>
/// <param name="PerSecond">Answers per second.</param>
/// <param name="Answers">All answers.</param>
/// <param name="Refused">Answers with another status than 2xx or 3xx.</param>
/// <param name="SocketErrors">Connections refused or broken, and time-outs.</param>
internal sealed record WrkResult(double PerSecond, long Answers, long Refused, long SocketErrors, double P50Milliseconds,
    double P99Milliseconds);

/// <summary>The load generator wrk with a script that makes a fresh idempotency key for every request.</summary>
internal sealed partial class Wrk(string scripts)
{
    private const int Connections = 256;
    private const int Readers = 64;
    private static int _runs;

    public async Task<WrkResult> RunAsync(int port, int items, int firstItem, TimeSpan measured)
    {
        var run = $"{Environment.ProcessId:x}-{Interlocked.Increment(ref _runs):x}";
        var seconds = Math.Max(1, (int)measured.TotalSeconds);
        return Parse(
            await Tool.RunAsync(measured + TimeSpan.FromSeconds(30), "wrk", "-t", "1", "-c", Text(Connections), "-d", $"{seconds}s",
            "--timeout", "10s", "-s", Path.Combine(scripts, "place.lua"), $"http://127.0.0.1:{port}/api/v1/orders", "--", run, Text(items),
            Text(firstItem)));
    }

    /// <summary>The same GET again and again, over few connections: more of them only queue.</summary>
    public async Task<WrkResult> ReadAsync(int port, string path, string? token, TimeSpan measured)
    {
        var seconds = Math.Max(1, (int)measured.TotalSeconds);
        string[] authorization = token is null ? [] : ["-H", $"Authorization: Bearer {token}"];
        return Parse(
            await Tool.RunAsync(measured + TimeSpan.FromSeconds(30), "wrk",
            ["-t", "1", "-c", Text(Readers), "-d", $"{seconds}s", "--timeout", "10s",
            "-s", Path.Combine(scripts, "read.lua"), .. authorization, $"http://127.0.0.1:{port}{path}"]));
    }

    private static WrkResult Parse(string output)
    {
        var found = Line().Match(output);
        if (!found.Success)
        {
            throw new BenchException($"wrk printed no result: {output}");
        }

        double Group(int i) => Tool.Number(found.Groups[i].Value);
        return new(Group(1) / Group(2) * 1e6, (long)Group(1), (long)Group(3), (long)Group(4), Group(5) / 1000, Group(6) / 1000);
    }

    private static string Text(int n) => n.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"answers=([\d.]+) microseconds=([\d.]+) refused=([\d.]+) broken=([\d.]+) p50=([\d.]+) p99=([\d.]+)")]
    private static partial Regex Line();
}
