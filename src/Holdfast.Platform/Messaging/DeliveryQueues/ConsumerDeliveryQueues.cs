using Holdfast.Platform.Background;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Outbox;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Messaging.DeliveryQueues;

/// <summary>Feeds the consumers of this process from their delivery queues, each in a loop of its own.</summary>
public sealed class ConsumerDeliveryQueues(Db db, RelaySignal signal, IEnumerable<IConsumer> consumers, MessagingOptions options,
    ILogger<ConsumerDeliveryQueues> log) : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, ConsumerDeliveryQueue> _queues = consumers.Where(options.Runs)
        .ToDictionary(c => c.Name, c => new ConsumerDeliveryQueue(db, c, options, log));

    /// <summary>Does what is due in the consumer's delivery queue, once. Returns whether anything was.</summary>
    public Task<bool> StepAsync(string consumer, CancellationToken ct = default) => _queues[consumer].StepAsync(ct);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_queues.Select(queue => RunAsync(queue.Value, signal.ForQueue(queue.Key), stoppingToken)));

    private Task RunAsync(ConsumerDeliveryQueue queue, WakeSignal signal, CancellationToken ct) => new BackgroundLoop(async stopping =>
    {
        while (await queue.StepAsync(stopping))
        {
        }

        return Idle;
    }, Report)
    { Signal = signal }.RunAsync(ct);

    private void Report(Exception e, int failures)
    {
        if (!db.NoteUnavailable(log, e))
        {
            log.LogError(e, "A lane failed; it goes on");
        }
    }
}
