using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Outbox;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Messaging.DeliveryQueues;

/// <summary>Feeds the consumers that this process runs from their lanes, each in a loop of its own.</summary>
public sealed class ConsumerDeliveryQueues(Db db, RelaySignal bell, IEnumerable<IConsumer> consumers, MessagingOptions options,
    ILogger<ConsumerDeliveryQueues> log) : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, ConsumerDeliveryQueue> _lanes = consumers.Where(options.Runs)
        .ToDictionary(c => c.Name, c => new ConsumerDeliveryQueue(db, c, options, log));

    /// <summary>Does what is due in the lane of the consumer, once; whether anything was.</summary>
    public Task<bool> StepAsync(string consumer, CancellationToken ct = default) => _lanes[consumer].StepAsync(ct);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_lanes.Select(lane => RunAsync(lane.Value, bell.ForQueue(lane.Key), stoppingToken)));

    private Task RunAsync(ConsumerDeliveryQueue lane, WakeSignal rung, CancellationToken ct) => new BackgroundLoop(async stopping =>
    {
        while (await lane.StepAsync(stopping))
        {
        }

        return Idle;
    }, Report) { Signal = rung }.RunAsync(ct);

    private void Report(Exception e, int failures)
    {
        if (!db.NoteUnavailable(log, e))
        {
            log.LogError(e, "A lane failed; it goes on");
        }
    }
}
