using System.Text.RegularExpressions;
using Holdfast.Configuration;
using Holdfast.Platform.Messaging;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;
using Holdfast.Tests.Tidy;

namespace Holdfast.Tests.Messaging;

/// <summary>How to see the events with a broker's own tools, as the README and docs/events.md say it, typed.</summary>
[Slow]
public sealed partial class LookingOnTests
{
    [Fact]
    public async Task With_rabbitmqadmin()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/rabbitmqadmin"), "rabbitmqadmin is not installed: apt-get install rabbitmq-server");
        await using var rabbit = await RabbitServer.StartAsync(isManaged: true);
        await using var server = await ServeAsync(o => o with { RabbitMqUrl = rabbit.Url });
        var shop = await Shop.CreateAsync(server.Db, 10);
        var home = Directory.CreateTempSubdirectory("holdfast-admin-").FullName;
        await File.WriteAllTextAsync($"{home}/.rabbitmqadmin.conf", $"[default]\nhostname = 127.0.0.1\nport = {rabbit.ManagementPort}\n",
            TestContext.Current.CancellationToken);
        foreach (var commands in new[] { Commands("README.md", "rabbitmqadmin"), Commands("docs/events.md", "rabbitmqadmin") })
        {
            Assert.Equal(3, commands.Count);
            await Until.TrueAsync("the exchange is there, and a queue is bound to it", async () =>
                !(await TypeAsync(string.Join(" && ", commands.Take(2)) + " || echo failed")).Contains("failed", StringComparison.Ordinal));
            var order = (await shop.OrderAsync(server.Guest)).Body.GetProperty("id").GetString()!;
            await Until.TrueAsync("the order is shown", async () =>
                await TypeAsync(commands[2]) is var shown && shown.Contains(order, StringComparison.Ordinal)
                && shown.Contains("order.created", StringComparison.Ordinal));
            await TypeAsync("rabbitmqadmin delete queue name=looking");
        }

        Directory.Delete(home, recursive: true);

        Task<string> TypeAsync(string command) => Shell.RunAsync("env", $"HOME={home}", "bash", "-c", command);
    }

    [Fact]
    public async Task With_kcat()
    {
        await using var kafka = await KafkaServer.StartAsync();
        await using var server = await ServeAsync(o => o with { KafkaBrokers = kafka.Brokers });
        var shop = await Shop.CreateAsync(server.Db, 10);
        var order = (await shop.OrderAsync(server.Guest)).Body.GetProperty("id").GetString()!;
        foreach (var command in new[] { Assert.Single(Commands("README.md", "kcat")), Assert.Single(Commands("docs/events.md", "kcat")) })
        {
            // It would go on listening.
            var typed = HostAndPort().Replace(command, kafka.Brokers) + " -e";
            Assert.Contains(kafka.Brokers, typed, StringComparison.Ordinal);
            await Until.TrueAsync("the order is shown",
                async () => await Shell.RunAsync("bash", "-c", typed + " || echo failed") is var shown
                && shown.Contains(order, StringComparison.Ordinal) && shown.Contains("order.created", StringComparison.Ordinal));
        }
    }

    private static async Task<TestServer> ServeAsync(Func<MessagingOptions, MessagingOptions> change) =>
        await TestServer.StartAsync(await TestDb.CreateAsync(Backend.Sqlite),
        settings: new Settings { RateLimits = false, Messaging = change(new MessagingOptions()) });

    /// <summary>What a page has one type: lines of a block, or words in a sentence.</summary>
    private static List<string> Commands(string page, string program)
    {
        var text = Repository.Files.Single(f => f.Path == page).Text;
        return [.. Command().Matches(text).Select(m => m.Groups[1].Success ? m.Groups[1].Value : m.Groups[2].Value)
            .Where(c => c.StartsWith($"{program} ", StringComparison.Ordinal))];
    }

    [GeneratedRegex(@"^((?:rabbitmqadmin|kcat) (?:declare|get|-C).*)$|`((?:rabbitmqadmin|kcat) (?:declare|get|-C)[^`]*)`",
        RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex("(?i:host):9092")]
    private static partial Regex HostAndPort();
}
