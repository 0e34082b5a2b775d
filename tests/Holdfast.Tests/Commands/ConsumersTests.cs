using Holdfast.Configuration;
using Holdfast.Notifications;
using Holdfast.Notifications.Sms;
using Holdfast.Orders.Events;
using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Holdfast.Tests.Fixtures;
using Holdfast.Webhooks.Sending;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Tests.Commands;

/// <summary><c>--consumers</c>: a process sends only what its consumers queue, and listens to others only where it is told to.</summary>
public sealed class ConsumersTests
{
    [Theory]
    [InlineData(null, "IncomingMessages MailSender SmsSender WebhookSender")]
    [InlineData("daily-statistics,low-stock", "")]
    [InlineData("notifications", "MailSender SmsSender")]
    [InlineData("webhooks", "WebhookSender")]
    [InlineData("daily-statistics,order_inbox", "IncomingMessages")]
    public async Task Senders_run_where_their_consumer_runs(string? consumers, string expected)
    {
        await using var database = await TestDb.CreateAsync(Backend.Sqlite, migrated: false);
        var services = new ServiceCollection();
        services.AddLogging();
        Server.AddModules(services, database.Db, new Settings
        {
            Messaging = new MessagingOptions { Consumers = Settings.ParseConsumers(consumers) },
            Notifications = new NotificationOptions { Sms = new SmsGateway(new Uri("http://127.0.0.1:1"), null) },
        });
        services.RunWorkers();
        await using var provider = services.BuildServiceProvider();
        var running = provider.GetServices<IHostedService>().Where(s => s is Sender or WebhookSender or IncomingMessages)
            .Select(s => s.GetType().Name).Order(StringComparer.Ordinal);
        Assert.Equal(expected, string.Join(' ', running));
    }

    [Fact]
    public async Task One_that_does_not_exist_is_named()
    {
        await using var database = await TestDb.CreateAsync(Backend.Sqlite);
        var e = Assert.Throws<StartupException>(() =>
            Server.Build(new Settings { Messaging = new MessagingOptions { Consumers = Settings.ParseConsumers("mails") } }, database.Db));
        Assert.Equal(
            "--consumers: there is no consumer 'mails'; there are daily-statistics, low-stock, notifications, order_inbox, webhooks.",
            e.Message);
        await using var app = Server.Build(
            new Settings
            {
                Urls = "http://127.0.0.1:0",
                Messaging = new MessagingOptions { Consumers = Settings.ParseConsumers("order_inbox") }
            }, database.Db);
    }
}
