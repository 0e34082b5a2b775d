using Confluent.Kafka;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging.Events;
using Holdfast.Platform.Messaging.Transports;
using Holdfast.Platform.Messaging.Transports.RabbitMq;
using Holdfast.Tests.Fixtures;
using RabbitMQ.Client;

namespace Holdfast.Tests.Messaging;

/// <summary>Somebody else's service. It has only what a broker gave it, so that nothing heals what was not sent.</summary>
internal sealed class Stranger : IDisposable
{
    private const string Queue = "stranger";

    // As many as librdkafka's broker gives a topic.
    private const int KafkaPartitions = 4;

    private readonly HashSet<EventKey> _heard = [];
    private readonly string? _rabbitUrl;
    private readonly IConsumer<string, byte[]>? _kafka;

    private Stranger(string? rabbitUrl, IConsumer<string, byte[]>? kafka) => (_rabbitUrl, _kafka) = (rabbitUrl, kafka);

    /// <summary>With a durable queue for all events, from now on.</summary>
    public static async Task<Stranger> OnRabbitAsync(string url)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(url) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await RabbitMqTopology.DeclareEventsAsync(connection, channel, () => Task.CompletedTask, default);
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(Queue, Topics.Events, "#");
        return new Stranger(url, null);
    }

    /// <summary>From the beginning.</summary>
    public static Stranger OnKafka(string brokers)
    {
        var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = brokers,
            GroupId = $"stranger-{Guid.CreateVersion7():N}",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            AllowAutoCreateTopics = true,
            TopicMetadataRefreshIntervalMs = 500,
            SocketTimeoutMs = 10_000,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

        // Told which partitions, not asking a group's coordinator: that of this broker lets a session pass at every change.
        consumer.Assign(Enumerable.Range(0, KafkaPartitions).Select(p => new TopicPartitionOffset(Topics.Events, p, Offset.Beginning)));
        return new Stranger(null, consumer);
    }

    /// <summary>Waits until it has every event of the database, and checks that it has no other.</summary>
    public async Task HasHeardAllAsync(Db db, double seconds = 120) =>
        await HasHeardAsync(
        await db.ReadAsync(s => s.QueryAsync("SELECT subject, sequence FROM events", r => new EventKey(r.Uuid(0), r.Int(1)))), seconds);

    /// <summary>Waits until it has these, and checks that it has no other.</summary>
    public async Task HasHeardAsync(IReadOnlyCollection<EventKey> events, double seconds = 120)
    {
        await Until.TrueAsync("the stranger has every event", async () => (await HeardAsync()).IsSupersetOf(events), seconds);
        Assert.Empty(_heard.Except(events));
    }

    /// <summary>How many messages it got, repetitions included.</summary>
    public int Messages { get; private set; }

    /// <summary>As <see cref="Messages"/>, with what has come since.</summary>
    public async Task<int> CountAsync()
    {
        await HeardAsync();
        return Messages;
    }

    private async Task<HashSet<EventKey>> HeardAsync()
    {
        if (_kafka is not null)
        {
            Poll();
            return _heard;
        }

        await using var connection = await new ConnectionFactory { Uri = new Uri(_rabbitUrl!) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        while (await channel.BasicGetAsync(Queue, autoAck: true) is { } message)
        {
            _heard.Add(CloudEvent.Read(message.Body.Span).Key);
            Messages++;
        }

        return _heard;
    }

    private void Poll()
    {
        try
        {
            while (_kafka!.Consume(TimeSpan.Zero) is { } result)
            {
                _heard.Add(CloudEvent.Read(result.Message.Value).Key);
                Messages++;
            }
        }
        catch (ConsumeException)
        {
            // The topic is not there yet, or the broker is away: it is asked again.
        }
    }

    public void Dispose() => _kafka?.Dispose();
}
