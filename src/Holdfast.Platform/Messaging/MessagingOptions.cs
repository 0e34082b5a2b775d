using Holdfast.Platform.Background;
using Holdfast.Platform.Messaging.DeliveryQueues;

namespace Holdfast.Platform.Messaging;

/// <summary>How this process delivers events.</summary>
public sealed record MessagingOptions
{
    /// <summary>The consumers that this process runs, by name; null: all.</summary>
    public IReadOnlySet<string>? Consumers { get; init; }

    /// <summary>Whether this process relays; otherwise it wakes those that do.</summary>
    public bool Relays { get; init; } = true;

    /// <summary>The RabbitMQ that gets every event, <c>amqp://…</c>; null: none.</summary>
    public string? RabbitMqUrl { get; init; }

    /// <summary>The Kafka that gets every event, <c>host:port,…</c>; null: none.</summary>
    public string? KafkaBrokers { get; init; }

    /// <summary>
    /// Further settings of Kafka's client, such as TLS and SASL, by librdkafka's names. They cannot change the settings that we rely on.
    /// </summary>
    public IReadOnlyDictionary<string, string> KafkaProperties { get; init; } = new Dictionary<string, string>();

    /// <summary>The transport of our own consumers: <c>outbox</c>, <c>rabbitmq</c> or <c>kafka</c>.</summary>
    public string ConsumerTransport { get; init; } = Outbox;

    /// <summary>How many messages a consumer takes from a broker before it has handled the first.</summary>
    public int Prefetch { get; init; } = 100;

    /// <summary>How often an event is tried before it becomes a dead letter.</summary>
    public int MaxAttempts { get; init; } = 8;

    /// <summary>The pause after the first failure; it doubles with each, up to an hour.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a process may take to publish a chunk before another process takes it over.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How often a consumer that is fed by a broker checks the table of events for events it has not consumed.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a broker may take to confirm; less than the lease.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    public const string Outbox = "outbox";
    public const string RabbitMq = "rabbitmq";
    public const string Kafka = "kafka";

    /// <summary>Whether a delivery queue belongs to a broker.</summary>
    internal static bool IsBroker(string queue) => queue is RabbitMq or Kafka;

    /// <summary>The brokers that this process publishes to.</summary>
    internal IEnumerable<string> BrokersFed =>
        new[] { (Name: RabbitMq, Where: RabbitMqUrl), (Name: Kafka, Where: KafkaBrokers) }.Where(b => b.Where is not null)
        .Select(b => b.Name);

    /// <summary>Whether this process runs the consumer.</summary>
    public bool Runs(IConsumer consumer) => Runs(consumer.Name);

    /// <summary>Whether this process runs the consumer of this name. Only then does it send what that consumer queues.</summary>
    public bool Runs(string consumer) => Consumers is null || Consumers.Contains(consumer);

    /// <summary>The pause before the next try, with jitter, so that what failed together does not come back together.</summary>
    internal TimeSpan Pause(int attempts) => new Backoff(FirstPause, LongestPause).After(attempts);

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);
}
