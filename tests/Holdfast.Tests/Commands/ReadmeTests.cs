using System.Text.Json;
using System.Text.RegularExpressions;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Tidy;

namespace Holdfast.Tests.Commands;

/// <summary>What the README tells a newcomer to type, typed: bash and curl against a server that was started as it says.</summary>
[Slow]
public sealed partial class ReadmeTests
{
    private const string Address = "http://127.0.0.1:8080";

    /// <summary>Each answer is a line of its own in a file, also those that a variable swallows.</summary>
    private const string Note = """
        curl() { command curl "$@" | tee -a "$0.answers"; echo >> "$0.answers"; }
        set -o pipefail

        """;

    [Fact]
    public async Task The_first_order_goes_as_it_says()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/curl") && File.Exists("/bin/bash"), "bash or curl is not installed: apt-get install curl");
        var text = Repository.Files.Single(f => f.Path == "README.md").Text;
        var section =
            text[text.IndexOf("## A first order", StringComparison.Ordinal)..text.IndexOf("## See it hold", StringComparison.Ordinal)];
        string[] blocks = [.. Block().Matches(section).Select(m => m.Groups[1].Value)];
        Assert.Equal(4, blocks.Length);
        Assert.EndsWith(" ./run\n", blocks[0], StringComparison.Ordinal);
        Assert.Contains($"API={Address}/api/v1", blocks[1], StringComparison.Ordinal);

        var settings = Setting().Matches(blocks[0]).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        await using var database = await TestDb.CreateAsync(Backend.Sqlite);
        await using var server = await ServerProcess.StartWithDemoAsync(database.Url,
            new Dictionary<string, string>(settings) { ["RATE_LIMITS"] = "on" });
        // "Send it again", it says.
        var script = Note + string.Concat(blocks[1], blocks[1], blocks[2], blocks[3])
            .Replace(Address, server.Address.ToString().TrimEnd('/'), StringComparison.Ordinal);
        var file = Path.Combine(Directory.CreateTempSubdirectory("holdfast-readme-").FullName, "first-order.sh");
        await File.WriteAllTextAsync(file, script, TestContext.Current.CancellationToken);
        var output = await Shell.RunAsync("bash", file);
        var lines = await File.ReadAllLinesAsync($"{file}.answers", TestContext.Current.CancellationToken);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);

        var answers = lines.Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.True(answers.Count == 13 && answers.TrueForAll(a => !a.TryGetProperty("code", out _) || a.TryGetProperty("kind", out _)),
            string.Join('\n', lines) + output);
        Assert.Contains("01900000-0000-7000-8000-000000000181", lines[0], StringComparison.Ordinal);
        Assert.Equal(lines[1], lines[3]);
        Assert.Equal(TimeSpan.FromMinutes(15), answers[1].GetProperty("expirationTime").GetDateTime() - answers[1].GetProperty("createdAt")
            .GetDateTime());
        Assert.Equal(("confirmed", "paid"),
            (answers[6].GetProperty("status").GetString(), answers[6].GetProperty("paymentStatus").GetString()));
        Assert.Contains("order.confirmed", lines[7], StringComparison.Ordinal);
        var (cart, quote, placed) = (answers[10], answers[11], answers[12]);
        Assert.Equal(350_000, cart.GetProperty("subtotal").GetInt64());
        Assert.Equal(35_000, quote.GetProperty("discountAmount").GetInt64());
        Assert.Equal(("TET10", 35_000, "minh@example.com"),
            (placed.GetProperty("discountCode").GetString(), placed.GetProperty("discountAmount").GetInt64(), placed.GetProperty("customer")
            .GetProperty("email").GetString()));
        await using var db = Db.Open(database.Url);
        Assert.Equal(2, await db.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM orders", r => r.Long(0))));
    }

    [GeneratedRegex(@"^```\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"(\w+)=(\S+) ")]
    private static partial Regex Setting();
}
