using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.DeliveryQueues;
using Holdfast.Platform.Messaging.Outbox;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Messaging.Transports;

/// <summary>
/// Publishes to the configured brokers, each in a loop of its own, and feeds our consumers from one of them if the settings say so.
/// </summary>
public sealed class Brokers(Db db, RelaySignal signal, TransportSet transports, IEnumerable<IConsumer> consumers, MessagingOptions options,
    ILogger<Brokers> log) : BackgroundService
{
    private readonly List<IConsumer> _consumers = [.. consumers.Where(options.Runs)];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var publishing = transports.All.Select(t =>
            new BrokerDeliveryQueue(db, t, options, log).RunAsync(signal.ForQueue(t.Name), stoppingToken))
            .ToList();
        await SettleAsync(stoppingToken);
        var consuming = transports.Find(options.ConsumerTransport) is { } way
            ? _consumers.Select(c => new Inbox(db, c, way, options, log).RunAsync(stoppingToken)) : [];
        await Task.WhenAll([.. publishing, .. consuming]);
    }

    private Task SettleAsync(CancellationToken stopping) => new BackgroundLoop(async ct =>
    {
        foreach (var name in await ConsumerTransports.SettleAsync(db, _consumers, options.ConsumerTransport, ct))
        {
            log.LogInformation("{Consumer} gets its events by {Transport} from now on", name, options.ConsumerTransport);
        }

        signal.Wake();
        return null;
    }, (e, _) => log.LogError(e, "The way of the consumers could not be settled; it is tried again")).RunAsync(stopping);
}
