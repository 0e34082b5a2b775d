using System.CommandLine;
using System.Text.RegularExpressions;
using Holdfast.Commands;

namespace Holdfast.Tests.Tidy;

/// <summary>What the pages name is there: settings, routes, commands, and the places their links lead to.</summary>
public sealed partial class DocsTests
{
    private static readonly List<(string Method, string[] Path)> Routes =
        [.. Repository.Product.SelectMany(f => Mapped().Matches(f.Text))
        .Select(m => (m.Groups[1].Value.ToUpperInvariant(), Parts(m.Groups[2].Value)))];

    private static readonly Lazy<HashSet<string>> _codes = new(() =>
        [.. Repository.Product.SelectMany(f => Code().Matches(f.Text)).Select(m => m.Groups[1].Value)]);

    private static readonly Lazy<HashSet<string>> _words = new(() =>
        [.. Repository.CSharp.SelectMany(f => Word().Matches(f.Text)).Select(m => m.Value)]);

    private static IEnumerable<SourceFile> Pages => Repository.Files.Where(f => f.Path.EndsWith(".md", StringComparison.Ordinal));

    private static string Running => Repository.Files.Single(f => f.Path == "docs/run.md").Text;

    [Fact]
    public void Every_setting_is_on_the_page_and_every_one_on_the_page_is_read()
    {
        var written = Row().Matches(Running).SelectMany(m => Quoted().Matches(m.Value.Split('|')[1])).Select(m => m.Groups[1].Value);
        Assert.Equal(Settings().Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_setting_can_stand_after_the_command()
    {
        foreach (var name in Settings())
        {
            var refusal = Record.Exception(() => Holdfast.Configuration.Settings.Load([$"{name}=x"]));
            Assert.DoesNotContain("neither an option nor a setting", refusal?.Message ?? "", StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_route_that_a_page_names_is_there()
    {
        Assert.True(Routes.Count > 80, $"only {Routes.Count} routes were found");
        Tidy.Holds(UnknownRoutes, Pages);
    }

    [Fact]
    public void Every_command_is_on_the_page_and_every_one_that_a_page_names_is_there()
    {
        var root = Holdfast.Program.Root(Serve.Command());
        var table = Running[Running.IndexOf("## Commands", StringComparison.Ordinal)..Running.IndexOf("## Settings",
            StringComparison.Ordinal)];
        foreach (var command in root.Subcommands.SelectMany(c => c.Subcommands.Count == 0 ? [c] : c.Subcommands))
        {
            Assert.Contains(command.Name, table, StringComparison.Ordinal);
        }

        Tidy.Holds(f => Called().Matches(f.Text).Where(m => !IsCommand(root, m.Groups[1].Value.Split(' ')))
            .Select(m => new Finding(f.Path, 0, $"there is no command {m.Value}")), Pages);
    }

    [Fact]
    public void Every_error_that_a_page_names_is_there() => Tidy.Holds(UnknownErrors, Pages);

    [Fact]
    public void Every_class_and_file_that_a_page_names_is_there() => Tidy.Holds(UnknownNames, Pages);

    [Fact]
    public void Links_lead_somewhere() => Tidy.Holds(DeadLinks, Pages);

    [Fact]
    public void The_rules_can_fail()
    {
        Tidy.Finds(UnknownRoutes, "docs/x.md", "`GET /nothing`", "curl -X PUT $API/orders", "`PATCH /orders/{id}`",
            "curl $API/product/1 -d x");
        Tidy.Passes(UnknownRoutes, "docs/x.md", "`GET /orders?storeId`", "curl -X PUT $API/stores/$STORE -d",
            "`POST /api/v1/orders/{id}/ship`", "`GET /health/ready`", "POST /hooks HTTP/1.1");
        Tidy.Finds(UnknownErrors, "docs/x.md", "409 `nothing_here`", "| 422 `cart_empty`, `nothing_here` | |");
        Tidy.Passes(UnknownErrors, "docs/x.md", "409 `cart_changed`", "`nothing_here`", "| 422 `cart_empty` | with `nothing` |");
        var gone = string.Concat("No", "Such", "Thing");
        Tidy.Finds(UnknownNames, "docs/x.md", $"the `{gone}`", $"`Db.{gone}`", $"`{gone}<T>`", "`Orders/Core/Nothing.cs`");
        Tidy.Passes(UnknownNames, "docs/x.md", "`Db`, `Db.WriteAsync`, `Table<T>`", "`Orders/Core/Order.cs`", $"a {gone}",
            $"`public {gone} X`", "`src/Holdfast/Program.cs`", "`XModule.cs`");
        Tidy.Finds(DeadLinks, "docs/x.md", "[a](nothing.md)", "[a](run.md#nothing)", "[a](#nothing)");
        Tidy.Passes(DeadLinks, "docs/x.md", "[a](run.md#settings)", "[a](https://example.com)", "[a](../README.md)",
            "# It is\n[a](#it-is)");
        Assert.False(IsCommand(Holdfast.Program.Root(Serve.Command()), ["user", "destroy"]));
    }

    /// <summary>URLS is the framework's own name for ASPNETCORE_URLS.</summary>
    private static HashSet<string> Settings() =>
        [.. Repository.Product.Where(f => f.Path.StartsWith("src/Holdfast/Configuration/Settings", StringComparison.Ordinal))
        .SelectMany(f => Read().Matches(f.Text)).Select(m => m.Groups[1].Value).Where(name => name != "URLS")
        .Except(Holdfast.Configuration.Settings.NotYet)];

    private static IEnumerable<Finding> UnknownRoutes(SourceFile page)
    {
        foreach (var (line, number) in page.Lines)
        {
            // What others serve is said of an address of theirs, or of a host; ours is in code marks, or behind $API.
            var named = Named().Matches(line).Select(m => (Method: m.Groups[1].Value, Path: m.Groups[2].Value))
                .Concat(Fetched().Matches(line)
                .Select(m => (Method: Method().Match(line) is { Success: true } x ? x.Groups[1].Value : "", Path: m.Groups[1].Value)));
            foreach (var (method, path) in named)
            {
                var parts = Parts(path.StartsWith("/api/v1/", StringComparison.Ordinal) ? path["/api/v1".Length..] : path);
                if (!Routes.Exists(r => (method.Length == 0 || r.Method == method) && IsAt(r.Path, parts)))
                {
                    yield return new Finding(page.Path, number, $"there is no {method} {path}");
                }
            }
        }
    }

    /// <summary>What stands after a status, several with commas.</summary>
    private static IEnumerable<Finding> UnknownErrors(SourceFile page) =>
        page.Lines.SelectMany(l => Refused().Matches(l.Line).SelectMany(m => m.Groups[1].Captures).Select(c => c.Value)
        .Where(code => !_codes.Value.Contains(code)).Select(code => new Finding(page.Path, l.Number, $"there is no error {code}")));

    /// <summary>Names of classes and members, and paths of source files: what stands alone between code marks.</summary>
    private static IEnumerable<Finding> UnknownNames(SourceFile page) => page.Lines.SelectMany(l =>
        Name().Matches(l.Line).SelectMany(m => m.Groups.Values.Skip(1)).Where(g => g.Success && !_words.Value.Contains(g.Value))
            .Concat(SourcePath().Matches(l.Line).Select(m => m.Groups[1]).Where(g => !IsSource(g.Value)))
            .Select(g => new Finding(page.Path, l.Number, $"there is no {g.Value}")));

    private static bool IsSource(string path) => Repository.CSharp.Any(f =>
        f.Path == path || f.Path.EndsWith($"/{path}", StringComparison.Ordinal) || f.Path.EndsWith($".{path}", StringComparison.Ordinal));

    private static IEnumerable<Finding> DeadLinks(SourceFile page)
    {
        foreach (var (line, number) in page.Lines)
        {
            foreach (Match link in Link().Matches(line))
            {
                var target = link.Groups[1].Value.Length == 0 ? Path.Combine(Repository.Root, page.Path)
                    : Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(page.Path)!, link.Groups[1].Value));
                var text = link.Groups[1].Value.Length == 0 ? page.Text : File.Exists(target) ? File.ReadAllText(target) : null;
                var anchor = link.Groups[2].Value.TrimStart('#');
                if ((text is null && !Directory.Exists(target))
                    || (anchor.Length > 0 && !Heading().Matches(text ?? "").Select(m => Anchor(m.Groups[1].Value)).Contains(anchor)))
                {
                    yield return new Finding(page.Path, number, $"{link.Value} leads nowhere");
                }
            }
        }
    }

    private static bool IsAt(string[] route, string[] path) =>
        route.Length == path.Length && route.Zip(path).All(p => p.First == p.Second || p.First[0] == '{');

    private static bool IsCommand(Command root, string[] words) => words.Aggregate((Command?)root, (command, word) =>
        command is null || command.Subcommands.Count == 0 ? command : command.Subcommands.FirstOrDefault(c => c.Name == word)) is not null;

    private static string[] Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static string Anchor(string heading) => NoAnchor().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex("\"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|CACHE|URLS)\"")]
    private static partial Regex Read();

    [GeneratedRegex(@"^\| `[A-Z][A-Z0-9_]+`.*$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Z][A-Z0-9_]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex("app\\.(Get|Post|Put|Patch|Delete)<\\w+>\\(\"([^\"]+)\"")]
    private static partial Regex Mapped();

    [GeneratedRegex(@"`(GET|POST|PUT|DELETE|PATCH) (/[^`\s?]*)")]
    private static partial Regex Named();

    [GeneratedRegex(@"\b[45]\d\d (?:`([a-z]+(?:_[a-z]+)+)`(?:, )?)+")]
    private static partial Regex Refused();

    [GeneratedRegex("\"([a-z]+(?:_[a-z]+)+)\"")]
    private static partial Regex Code();

    [GeneratedRegex(@"\$API(/[^\s""?]+)")]
    private static partial Regex Fetched();

    [GeneratedRegex(@"`([A-Z]\w*[a-z]\w*)(?:\.([A-Z]\w*[a-z]\w*))?(?:<\w+>)?`")]
    private static partial Regex Name();

    [GeneratedRegex(@"`((?:\w[\w.]*/)+\w+\.cs)`")]
    private static partial Regex SourcePath();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex("-X (GET|POST|PUT|PATCH|DELETE)")]
    private static partial Regex Method();

    [GeneratedRegex(@"(?:^|`)(?:holdfast|out/holdfast|dotnet run -c Release --project src/Holdfast --) ([a-z][a-z-]*(?: [a-z][a-z-]*)?)",
        RegexOptions.Multiline)]
    private static partial Regex Called();

    [GeneratedRegex(@"\]\(((?!https?:)[^)#\s]*)(#[^)\s]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\s-]")]
    private static partial Regex NoAnchor();
}
