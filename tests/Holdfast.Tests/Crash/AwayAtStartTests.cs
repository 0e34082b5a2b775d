using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Crash;

/// <summary>
/// A database that is away may be starting, so that the server waits half a minute for it. It says so when the waiting begins, or an
/// operator would see nothing for that long, and why it gave up when it ends: two lines, where everything else that ends a start has one.
/// </summary>
[Slow]
public sealed class AwayAtStartTests
{
    [Fact]
    public async Task A_database_that_is_away_is_told_of_when_the_waiting_begins_and_when_it_ends()
    {
        var settings = new Dictionary<string, string> { ["ASPNETCORE_URLS"] = "http://127.0.0.1:0" };
        var url = $"postgres://holdfast:s3cret@127.0.0.1:{Ports.Free()}/nowhere";
        var (code, output) = await ServerProcess.RunAsync(["serve", "--empty"], url, settings, seconds: 120);
        Assert.True(code == 2, $"{code}: {output}");
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length == 2, output);
        Assert.StartsWith("holdfast: waiting for the database: ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("holdfast: DATABASE_URL: the database cannot be reached: ", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", output, StringComparison.Ordinal);
    }
}
