using Holdfast.Commands;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Tidy;

namespace Holdfast.Tests.Client;

/// <summary>The sample of the client's README compiles, runs, and does what it says.</summary>
public sealed class ReadmeSampleTests(SqliteHost host) : IClassFixture<SqliteHost>
{
    [Fact]
    public void The_page_shows_what_is_compiled()
    {
        var page = Repository.Files.Single(f => f.Path == "src/Holdfast.Client/README.md").Text;
        var source = Repository.Files.Single(f => f.Path.EndsWith("Client/ReadmeSample.cs", StringComparison.Ordinal)).Text;
        var shown = Between(page, "```csharp\n", "\n```");
        var compiled = Between(source, "// The sample begins.\n", "\n        // The sample ends.");
        Assert.Equal(string.Join('\n', compiled.Split('\n').Select(l => l.Length > 0 ? l[8..] : l)), shown);
    }

    [Fact]
    public async Task It_places_an_order_and_tells_when_there_is_too_little()
    {
        await DemoStore.MakeAsync(host.Server.Db, TestContext.Current.CancellationToken);
        using var client = StrictClient.Of(host.Server, null);
        await client.Account.RegisterAsync(new("an@example.com", "một mật khẩu dài", "An"));

        using var console = new StringWriter();
        await ReadmeSample.RunAsync(host.Server.Address, console);
        Assert.Matches(@"^\S+ costs 320000 VND and is pending\.\s*$", console.ToString());

        using var admin = StrictClient.Admin(host.Server);
        var coffee = (await admin.Products.ListAsync(q: "ca phe")).Items.Single().Variants[0].Id;
        await admin.Inventory.AdjustAsync(coffee, new("sold over the counter", Counted: 3));
        await ReadmeSample.RunAsync(host.Server.Address, console);
        Assert.Contains("Only 1 are left.", console.ToString(), StringComparison.Ordinal);
    }

    private static string Between(string text, string begin, string end)
    {
        var start = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return text[start..text.IndexOf(end, start, StringComparison.Ordinal)];
    }
}
