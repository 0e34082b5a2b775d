using System.Text.RegularExpressions;

namespace Holdfast.Tests.Tidy;

/// <summary>What must not be in any text file: dashes for decoration, one machine's paths, hosts that only some can reach.</summary>
public sealed partial class TextTests
{
    private const char EmDash = '\u2014';

    [Fact]
    public void No_em_dashes() => Tidy.Holds(EmDashes, Repository.Files);

    [Fact]
    public void No_paths_of_one_machine() =>
        Tidy.Holds(MachinePaths, Repository.Files.Where(f => !f.Path.EndsWith("Tidy/TextTests.cs", StringComparison.Ordinal)));

    [Fact]
    public void No_hosts_of_one_network() =>
        Tidy.Holds(PrivateHosts, Repository.Files.Where(f => !f.Path.EndsWith("Tidy/TextTests.cs", StringComparison.Ordinal)));

    [Fact]
    public void Text_is_utf8_with_one_line_ending() => Tidy.Holds(OddBytes, Repository.Files);

    [Fact]
    public void The_rules_can_fail()
    {
        Tidy.Finds(EmDashes, "docs/x.md", $"Fast {EmDash} and sure.");
        Tidy.Passes(EmDashes, "docs/x.md", "Fast - and sure: 2 to 3, -1");
        Tidy.Finds(MachinePaths, "docs/x.md", "cd /home/jane/shop", "see /root/x", "in /Users/jane/x", "C:\\Users\\jane", "under /tmp/abc");
        Tidy.Passes(MachinePaths, "docs/x.md", "/usr/lib/postgresql", "src/work/x", "https://example.com/home", "\"/workers/\"", "a/tmp/b");
        Tidy.Finds(PrivateHosts, "x.props", "https://nuget.corp.example.net/v3", "<add value=\"http://10.1.2.3/nuget\" />",
            "https://artifacts.internal/x", "http://registry.local:4873",
            "https://my-mirror.net/pypi");
        Tidy.Passes(PrivateHosts, "x.md", "http://127.0.0.1:8080", "https://example.com", "https://www.rfc-editor.org/rfc/rfc9457",
            "http://localhost:5000", "http://0.0.0.0:8080",
            "https://learn.microsoft.com/dotnet");
        Tidy.Finds(OddBytes, "x.md", "a\r\nb", "a\uFFFDb", "\uFEFFa");
    }

    private static IEnumerable<Finding> EmDashes(SourceFile file) =>
        Lines(file, line => line.Contains(EmDash, StringComparison.Ordinal), "has an em dash");

    private static IEnumerable<Finding> MachinePaths(SourceFile file) =>
        Lines(file, line => MachinePath().IsMatch(line), "has a path of one machine");

    private static IEnumerable<Finding> PrivateHosts(SourceFile file) =>
        Lines(file, line => Host().Matches(line).Any(m => IsPrivate(m.Groups[1].Value)), "names a host of one network");

    private static IEnumerable<Finding> OddBytes(SourceFile file) =>
        Lines(file, line => line.Contains('\r', StringComparison.Ordinal) || line.Contains('\uFFFD', StringComparison.Ordinal)
        || line.StartsWith('\uFEFF'), "is not plain UTF-8 with LF");

    private static IEnumerable<Finding> Lines(SourceFile file, Func<string, bool> isWrong, string what) =>
        file.Lines.Where(l => isWrong(l.Line)).Select(l => new Finding(file.Path, l.Number, what));

    private static bool IsPrivate(string host) =>
        host is not ("127.0.0.1" or "0.0.0.0" or "localhost")
        && (Words().IsMatch(host) || IpAddress().IsMatch(host));

    [GeneratedRegex(@"(?<![\w.\-/}\])])/(home|root|Users|work|tmp)/\w|[A-Z]:\\Users\\")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"https?://([^\s/:""'<>`)]+)")]
    private static partial Regex Host();

    [GeneratedRegex(@"nuget|artifact|nexus|jfrog|mirror|registry|internal|intranet|corp\b|\.local$|\.lan$")]
    private static partial Regex Words();

    [GeneratedRegex(@"^\d+\.\d+\.\d+\.\d+$")]
    private static partial Regex IpAddress();
}
