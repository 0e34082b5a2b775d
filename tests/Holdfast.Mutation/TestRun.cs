using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Mutation;

/// <summary>What came of a run of tests.</summary>
internal enum Verdict
{
    Passed,
    Failed,
    TimedOut,

    /// <summary>No test has run: the table names none that is there.</summary>
    Empty,
}

/// <summary>Runs tests in a process of their own, with one fault switched on, or none.</summary>
internal static partial class TestRun
{
    /// <returns>The verdict and what the process has written.</returns>
    public static async Task<(Verdict Verdict, string Output)> RunAsync(
        string assembly, IEnumerable<string> tests, int? fault, TimeSpan limit)
    {
        string[] chosen = [.. tests.SelectMany(t => new[] { "-method", Pattern(t) })];
        var start = new ProcessStartInfo("dotnet", [assembly, "-noLogo", "-noColor", .. chosen])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOLDFAST_MUTANT"] = fault?.ToString(CultureInfo.InvariantCulture) ?? "";
        using var process = Process.Start(start)!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var end = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            return (Verdict.TimedOut, string.Concat(await output));
        }

        var text = string.Concat(await output);
        return (process.ExitCode != 0 ? Verdict.Failed : HasRunAny(text) ? Verdict.Passed : Verdict.Empty, text);
    }

    /// <summary>All tests of a class, or with <c>#</c> those of its tests whose names begin so.</summary>
    private static string Pattern(string test) =>
        test.Contains('#', StringComparison.Ordinal) ? $"*.{test.Replace('#', '.')}*" : $"*.{test}.*";

    /// <summary>Tests of a server that is not installed are skipped, and say nothing.</summary>
    private static bool HasRunAny(string output) =>
        Summary().Match(output) is { Success: true } m && m.Groups[1].Value != m.Groups[2].Value;

    [GeneratedRegex(@"Total: (\d+),.* Skipped: (\d+)")]
    private static partial Regex Summary();
}
